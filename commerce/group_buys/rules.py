"""Who may take a seat, how long it is held, and what an offer may be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from commerce.group_buys.errors import (
    AlreadyInTeam,
    Ended,
    LimitExceeded,
    NothingToFill,
    NotStarted,
    OfferSoldOut,
    TeamClosed,
    TeamFull,
)
from commerce.group_buys.records import Alternatives, GroupBuy, NewTier, Team
from core import validation
from core.errors import Invalid, NotFound, Refusal

HOLD = timedelta(minutes=10)
MAX_UNITS = 999
MIN_TEAM, MAX_TEAM = 2, 100
MAX_STOCK = 10_000_000
_DAY = 86_400
# Holding a seat, or having paid for one, in a team that has not failed. Written out, it is a list of SQL as well.
LIVE = ("HELD", "PAID", "CONFIRMED")


class Terms(msgspec.Struct, frozen=True):
    """What a merchant offers, as given."""

    price: Decimal
    team_size: int
    team_ttl_seconds: int
    starts_at: datetime
    ends_at: datetime
    stock: int
    per_user_limit: int
    tiers: Sequence[NewTier] = ()


class Standing(msgspec.Struct, frozen=True):
    """How somebody stands to an offer, and to one of its teams if one is asked for."""

    group_buy: GroupBuy
    team: Team | None
    in_team: bool
    units: int


def check_terms(terms: Terms, now: datetime) -> None:
    """Raises Invalid, with its field, for an offer that nobody may make."""
    validation.between(terms.team_size, "team_size", least=MIN_TEAM, most=MAX_TEAM)
    validation.between(terms.team_ttl_seconds, "team_ttl_seconds", least=5, most=7 * _DAY)
    validation.between(terms.stock, "stock", least=terms.team_size, most=MAX_STOCK)
    validation.between(terms.per_user_limit, "per_user_limit", least=1, most=MAX_UNITS)
    if terms.ends_at <= terms.starts_at:
        raise Invalid("ends_at", zh="结束时间必须晚于开始时间", en="Must be after the start")
    if terms.ends_at <= now:
        raise Invalid("ends_at", zh="结束时间必须在将来", en="Must be in the future")


def offer_price(price: Decimal, currency: str, variant_price_minor: int) -> int:
    """The price in minor units. Raises Invalid unless it is above 0 and below the variant's own."""
    minor = validation.price(price, currency, "price")
    if minor >= variant_price_minor:
        raise Invalid("price", zh="拼团价必须低于单买价", en="Must be lower than the variant's own price")
    return minor


def stock(units: int, largest_team: int) -> int:
    """The units offered. Raises Invalid below one for everybody whom the offer's largest team can have."""
    return validation.between(units, "stock", least=largest_team, most=MAX_STOCK)


def ladder(tiers: Sequence[NewTier], currency: str, team_size: int, price_minor: int) -> list[list[int]]:
    """Each tier as [size, price in minor units].

    Raises Invalid, with the field of the first that is wrong, unless sizes grow and prices fall from one to the next.
    """
    steps: list[list[int]] = []
    size, lowest = team_size, price_minor
    for index, tier in enumerate(tiers):
        if not size < tier.size <= MAX_TEAM:
            raise Invalid(
                "tiers",
                index,
                "size",
                zh=f"人数必须大于上一档的 {size} 人，最多 {MAX_TEAM} 人",
                en=f"Must be above {size}, the size before it, and at most {MAX_TEAM}",
            )
        minor = validation.price(tier.price, currency, "tiers", index, "price")
        if minor >= lowest:
            raise Invalid(
                "tiers", index, "price", zh="价格必须低于上一档", en="Must be below the price of the size before it"
            )
        size, lowest = tier.size, minor
        steps.append([size, lowest])
    return steps


def quantity(value: int) -> int:
    """The units asked for. Raises Invalid below 1."""
    if value < 1:
        raise Invalid("quantity", zh="数量至少为 1", en="At least 1")
    return value


def why_not_open(standing: Standing, units: int, now: datetime) -> Refusal | None:
    """Why somebody may not open a team for `units`; None when they may."""
    group_buy = standing.group_buy
    if now < group_buy.starts_at:
        return NotStarted("group_buy_id")
    if now >= group_buy.ends_at:
        return Ended("group_buy_id")
    return _why_not_units(standing, units, group_buy.free - (group_buy.largest_team - 1))


def why_not_join(standing: Standing, buyer_id: UUID, units: int, now: datetime) -> Refusal | None:
    """Why somebody may not join the team for `units`; None when they may."""
    team = standing.team
    if team is None or not can_see(team, buyer_id):
        return NotFound("team_id")
    if team.status not in ("OPEN", "PENDING") or (team.expires_at is not None and now >= team.expires_at):
        return TeamClosed("team_id")
    if standing.in_team:
        return AlreadyInTeam("team_id")
    if team.joined_count + team.held_count >= team.size:
        return TeamFull("team_id")
    return _why_not_units(standing, units, standing.group_buy.free + 1)


def why_not_fill(team: Team, now: datetime) -> Refusal | None:
    """Why the shop may not fill what a team lacks; None when it may."""
    if team.status != "OPEN" or team.expires_at is None or now >= team.expires_at:
        return TeamClosed("team_id")
    return NothingToFill("team_id") if team.joined_count >= team.minimum_size else None


def alternatives(standing: Standing, teams: Sequence[Team], units: int, now: datetime) -> Alternatives:
    """Which of an offer's open teams, and whether a new one, somebody can have `units` in."""
    joinable = _why_not_units(standing, units, standing.group_buy.free + 1) is None
    return Alternatives(list(teams) if joinable else [], why_not_open(standing, units, now) is None)


def _why_not_units(standing: Standing, units: int, left: int) -> Refusal | None:
    """`left` are the units that can be had so that every seat that is open afterwards still finds one."""
    group_buy = standing.group_buy
    if standing.units + units > group_buy.per_user_limit:
        return LimitExceeded("quantity", limit=group_buy.per_user_limit)
    if units > left:
        return OfferSoldOut("quantity", available=max(left, 0))
    return None


def can_see(team: Team, viewer_id: UUID | None) -> bool:
    """Whether a viewer may see a team: one that never opened is its leader's alone."""
    return team.opened_at is not None or team.leader_id == viewer_id


def is_over(group_buy: GroupBuy, team: Team, now: datetime) -> bool:
    """Whether a payment comes too late for a team: at or after its deadline, or, before it opened, the offer's end."""
    end = group_buy.ends_at if team.status == "PENDING" else team.expires_at
    return end is None or now >= end


def held_until(now: datetime, end: datetime) -> datetime:
    """Until when a seat is held: ten minutes, and never past `end` (the team's deadline, or the offer's end)."""
    return min(now + HOLD, end)
