"""Refusals of group-buys."""

from core.errors import Refusal


class NotStarted(Refusal):
    code = "NOT_STARTED"
    zh = "拼团活动还没有开始"
    en = "The group-buy has not started yet"


class Ended(Refusal):
    code = "ENDED"
    zh = "拼团活动已结束"
    en = "The group-buy has ended"


class TeamFull(Refusal):
    code = "TEAM_FULL"
    zh = "这个团已经满员，换一个团或自己开团吧"
    en = "Every place in this team is taken; join another or open your own"


class TeamClosed(Refusal):
    code = "TEAM_CLOSED"
    zh = "这个团已经结束"
    en = "This team is closed"


class NothingToFill(Refusal):
    code = "WRONG_STATE"
    zh = "这个团人数已够，到期自动成团"
    en = "This team has people enough; it succeeds at its deadline"


class PriceOfAll(Refusal):
    code = "WRONG_STATE"
    zh = "这个价格是全团一起达成的，成团后不能自行取消，请联系商家退款"
    en = "The team reached this price together: after its success, ask the shop for a refund"


class AlreadyInTeam(Refusal):
    code = "ALREADY_IN_TEAM"
    zh = "你已经在这个团里了"
    en = "You are in this team already"


class LimitExceeded(Refusal):
    code = "LIMIT_EXCEEDED"
    zh = "每人限购 {limit} 件"
    en = "At most {limit} a person"


class OfferSoldOut(Refusal):
    code = "OUT_OF_STOCK"
    zh = "库存不足，还剩 {available} 件"
    en = "Not enough left: {available} available"


class SeatExpired(Refusal):
    code = "SEAT_EXPIRED"
    zh = "名额保留时间已过，已付款项将全额退回"
    en = "The seat was no longer held; whatever was paid is refunded in full"
