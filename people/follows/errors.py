"""Refusals of follows and blocks."""

from core.errors import Forbidden, Refusal


class KeptApart(Forbidden):
    """One of the two blocked the other; which one, is told to neither."""

    zh = "你与对方暂时无法互动"
    en = "You and this person cannot interact"


class TooManyBlocked(Refusal):
    code = "LIMIT_EXCEEDED"
    zh = "最多拉黑 {most} 人"
    en = "Nobody can block more than {most:,} people"
