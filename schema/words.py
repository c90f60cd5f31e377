"""What the states of things are called, for people who do not program: a refusal says them in words."""

from collections.abc import Mapping
from typing import Final

from core import languages
from core.errors import Refusal, WrongState

# By the names of the graph's states: in Chinese, and as what follows "It is".
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "PENDING_PAYMENT": ("尚未付款", "not paid yet"),
    "AWAITING_TEAM": ("正在等待成团", "waiting for its team"),
    "CONFIRMED": ("订单已确认", "confirmed already"),
    "SHIPPED": ("商品已经发货", "on its way already"),
    "COMPLETED": ("交易已经完成", "completed already"),
    "CANCELLED": ("已经取消", "cancelled"),
    "REFUNDING": ("正在退款", "being refunded"),
    "REFUNDED": ("已经退款", "refunded already"),
    "HELD": ("座位正等待付款", "held until it is paid"),
    "PAID": ("已经付款", "paid already"),
    "RELEASED": ("座位已经释放", "no longer held"),
    "SCHEDULED": ("还没有开始", "not started yet"),
    "LIVE": ("正在直播", "live already"),
    "ENDED": ("已经结束", "over"),
    "ACTIVE": ("正在进行", "going on already"),
    "SOLD_OUT": ("已经售罄", "sold out"),
    "PENDING": ("还在等待付款", "waiting for a payment"),
    "OPEN": ("正在进行", "open"),
    "SUCCEEDED": ("已经成团", "complete already"),
    "FAILED": ("没有成团", "closed without enough people"),
    "REQUESTED": ("正在处理", "being dealt with"),
    "STUCK": ("正在人工处理", "being looked after by a person"),
    "DONE": ("已经完成", "done already"),
}
_OTHER: Final = ("状态已经改变", "no longer as it was")


def told(refusal: Refusal, language: str) -> str:
    """The sentence that a person is told, in one of `languages`."""
    if not isinstance(refusal, WrongState):
        return refusal.message(language)
    zh, en = STATES.get(str(refusal.params["state"]), _OTHER)
    return languages.told(language, zh=refusal.zh.format(state=zh), en=refusal.en.format(state=en))
