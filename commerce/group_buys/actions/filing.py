"""Under which offer a request is filed: the offer of a team, or of the seat that an order pays for.

That never changes, so that each process remembers what it has seen, up to a bound, and asks for many at a time.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from commerce.group_buys.records import TakenSeat
from core import db
from core.group_commit import GroupCommit

_MOST_REMEMBERED = 50_000
_OF_TEAMS = "SELECT id, group_buy_id FROM teams WHERE id = ANY($1)"
_OF_ORDERS = "SELECT order_id, group_buy_id FROM seats WHERE order_id = ANY($1)"

_remembered: dict[UUID, UUID] = {}


async def _find(sql: str, ids: Sequence[UUID]) -> list[UUID | None]:
    found = {row[0]: row[1] for row in await db.rows(sql, list(set(ids)))}
    for identity, group_buy_id in found.items():
        _remember(identity, group_buy_id)
    return [found.get(identity) for identity in ids]


_LOOKUPS: Final[GroupCommit[str, UUID, UUID | None]] = GroupCommit(_find)


def _remember(identity: UUID, group_buy_id: UUID) -> None:
    _remembered[identity] = group_buy_id
    if len(_remembered) > _MOST_REMEMBERED:
        del _remembered[next(iter(_remembered))]


def remember(taken: TakenSeat) -> None:
    """Spares the payment of a seat just taken, and those who join its team, the question."""
    _remember(taken.team.id, taken.team.group_buy_id)
    _remember(taken.order.id, taken.team.group_buy_id)


async def offer_of_team(team_id: UUID) -> UUID | None:
    """The id of a team's offer; None when there is no such team."""
    return _remembered.get(team_id) or await _LOOKUPS.ask(_OF_TEAMS, team_id)


async def offer_of_order(order_id: UUID) -> UUID | None:
    """The id of the offer whose seat an order pays for; None when it pays for none."""
    return _remembered.get(order_id) or await _LOOKUPS.ask(_OF_ORDERS, order_id)
