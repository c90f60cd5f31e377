"""Money goes to minor units and back exactly, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import EXPONENTS, MAX_MINOR, Money, to_minor


class TestToMinor:
    @given(st.integers(0, MAX_MINOR), st.sampled_from(sorted(EXPONENTS)))
    def test_takes_back_what_it_gave(self, minor: int, currency: str) -> None:
        assert to_minor(Money(minor, currency).amount, currency) == minor

    @pytest.mark.parametrize(
        ("amount", "currency", "minor"),
        [
            ("12.50", "CNY", 1250),
            ("12.5", "CNY", 1250),
            ("12.5000000000000000000000000000000000", "CNY", 1250),
            ("1E+3", "CNY", 100_000),
            ("0", "CNY", 0),
            ("-0", "CNY", 0),
            ("1200", "JPY", 1200),
            ("10000000000.00", "CNY", MAX_MINOR),
        ],
    )
    def test_reads_what_is_exact(self, amount: str, currency: str, minor: int) -> None:
        assert to_minor(amount, currency) == to_minor(Decimal(amount), currency) == minor

    @pytest.mark.parametrize(
        ("amount", "currency"),
        [
            ("12.505", "CNY"),
            ("1.00000000000000000000000000000000001", "CNY"),
            ("0.5", "JPY"),
            ("-0.01", "CNY"),
            ("10000000000.01", "CNY"),
            ("9e999999", "CNY"),
            ("1e-999999", "CNY"),
            ("NaN", "CNY"),
            ("sNaN", "CNY"),
            ("Infinity", "CNY"),
            ("十二", "CNY"),
            ("1", "XXX"),
        ],
    )
    def test_refuses_what_is_not(self, amount: str, currency: str) -> None:
        assert to_minor(amount, currency) is None


class TestMoney:
    @pytest.mark.parametrize(
        ("minor", "currency", "amount"),
        [(1250, "CNY", "12.50"), (5, "CNY", "0.05"), (0, "CNY", "0.00"), (-5, "CNY", "-0.05"), (1200, "JPY", "1200")],
    )
    def test_is_written_out_in_full(self, minor: int, currency: str, amount: str) -> None:
        assert Money(minor, currency).amount == amount
