"""The sandbox provider keeps every promise of the port, and breaks them on demand."""

import asyncio

import pytest

from commerce.payments import Charge, Outcome, SandboxProvider
from commerce.payments.provider import NoAnswerError
from core import db

pytestmark = pytest.mark.usefixtures("database")


def charge(key: str = "k", token: str = "一张卡") -> Charge:
    return Charge(key, 12800, "CNY", token)


class TestCapture:
    async def test_takes_once_however_often_it_is_asked(self) -> None:
        provider = SandboxProvider()
        outcomes = await asyncio.gather(*(provider.capture(charge()) for _ in range(20)))
        assert set(outcomes) == {Outcome.CAPTURED}
        assert await db.value("SELECT sum(minor) FROM payments_sandbox_charges") == 12800

    async def test_declines_for_good(self) -> None:
        provider = SandboxProvider()
        assert await provider.capture(charge(token="decline")) is Outcome.DECLINED
        assert await provider.capture(charge()) is Outcome.DECLINED

    async def test_outlives_its_process(self) -> None:
        await SandboxProvider().capture(charge())
        assert await SandboxProvider().query("k") is Outcome.CAPTURED


class TestClose:
    async def test_what_was_never_heard_of_is_declined_even_should_it_still_arrive(self) -> None:
        provider = SandboxProvider()
        assert await provider.query("k") is None
        assert await provider.close("k") is Outcome.DECLINED
        assert await provider.capture(charge()) is Outcome.DECLINED

    async def test_what_was_captured_stays_captured(self) -> None:
        provider = SandboxProvider()
        await provider.capture(charge())
        assert await provider.close("k") is Outcome.CAPTURED


class TestRefund:
    async def test_gives_back_once_and_never_more_than_it_took(self) -> None:
        provider = SandboxProvider()
        await provider.capture(charge())
        for _ in range(3):
            await provider.refund("r1", "k", 10_000, "CNY")
        with pytest.raises(ValueError, match="nothing left"):
            await provider.refund("r2", "k", 2801, "CNY")
        await provider.refund("r3", "k", 2800, "CNY")
        assert await db.value("SELECT sum(minor) FROM payments_sandbox_refunds") == 12800

    async def test_refuses_what_was_never_taken(self) -> None:
        provider = SandboxProvider()
        await provider.close("k")
        with pytest.raises(ValueError, match="nothing left"):
            await provider.refund("r", "k", 1, "CNY")


class TestFaults:
    async def test_a_lost_request_never_happened_and_a_lost_answer_did(self) -> None:
        provider = SandboxProvider()
        provider.faults.lost_requests = 1
        with pytest.raises(NoAnswerError):
            await provider.capture(charge())
        assert await provider.query("k") is None
        provider.faults.lost_answers = 1
        with pytest.raises(NoAnswerError):
            await provider.capture(charge())
        assert await provider.query("k") is Outcome.CAPTURED


class TestNotifications:
    async def test_are_signed(self) -> None:
        provider = SandboxProvider(secret=b"ours")
        body, signature = provider.notification("k", Outcome.CAPTURED)
        assert provider.verify(body, signature) == "k"
        assert provider.verify(body + b" ", signature) is None
        assert provider.verify(body, "签名") is None
        assert SandboxProvider(secret=b"theirs").verify(body, signature) is None
