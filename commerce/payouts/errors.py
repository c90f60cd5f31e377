"""Refusals of payouts."""

from core.errors import Refusal


class BalanceTooLow(Refusal):
    code = "LIMIT_EXCEEDED"
    zh = "余额不足，目前最多可提现 {available} {currency}"
    en = "The balance is too low: at most {available} {currency} can be paid out"
