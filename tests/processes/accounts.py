"""Holds what is in the database, when all has come to rest, against what clients were told."""

from collections.abc import Iterator
from uuid import UUID

import msgspec

from core import db
from tests.processes.market import uuid_of
from tests.processes.shoppers import Crowd, Told

KEPT = frozenset({"CONFIRMED", "SHIPPED", "COMPLETED"})
BACK = frozenset({"CANCELLED", "REFUNDED"})


class Kept(msgspec.Struct, frozen=True):
    """An order as it ended."""

    id: UUID
    buyer_id: UUID
    idempotency_key: str
    status: str
    total_minor: int
    refunded_minor: int
    # None without a team.
    team_status: str | None
    captured: int
    parts: int


async def discrepancies(crowd: Crowd) -> list[str]:
    """Everything that clients were told and that is not so, and every order that nobody asked for."""
    rows = await db.records(
        Kept,
        "SELECT o.id, o.buyer_id, o.idempotency_key, o.status, o.total_minor, o.refunded_minor, t.status,"
        " (SELECT count(*) FROM payments p WHERE p.order_id = o.id AND p.status = 'CAPTURED'),"
        " (SELECT count(*) FROM refunds r WHERE r.order_id = o.id AND r.reason = 'SHOP' AND r.status = 'DONE')"
        " FROM orders o"
        " LEFT JOIN seats s ON s.order_id = o.id LEFT JOIN teams t ON t.id = s.team_id",
    )
    found = {row.id: row for row in rows}
    wrong = [f"nobody asked for the order {row.id}" for row in rows if row.idempotency_key not in crowd.asked]
    for told in crowd.told.values():
        kept = found.get(uuid_of(told.id))
        if kept is None:
            wrong.append(f"lost: {told.id}")
        elif kept.buyer_id != told.buyer.id:
            wrong.append(f"{told.id} belongs to somebody else")
        else:
            wrong += [f"{told.id} {reason}: {told} became {kept}" for reason in _broken(told, kept)]
    return wrong + await _of_teams(crowd) + await _of_declined(crowd)


def _broken(told: Told, kept: Kept) -> Iterator[str]:
    """Which promises were broken."""
    if told.paid and kept.captured != 1:
        yield "was paid, and its payment is not there"
    if told.paid and kept.status not in KEPT | {"REFUNDED"}:
        yield "was paid, and neither kept nor refunded"
    if told.paid and not told.cancelling and kept.status == "REFUNDED" and kept.team_status != "FAILED":
        yield "was paid, and given up for no reason"
    if told.too_late and kept.status not in BACK:
        yield "was refused for coming too late, and goes on"
    if told.cancelled and kept.status not in BACK:
        yield "was cancelled, and goes on"
    if told.shipped and kept.status not in ("SHIPPED", "COMPLETED"):
        yield "was shipped, and is not any more"
    if told.received and kept.status != "COMPLETED":
        yield "was received, and is not any more"
    if kept.parts < told.parts:
        yield "was given back in part, and the part is not back"
    if not told.cancelling and kept.status in BACK and kept.captured and kept.refunded_minor != kept.total_minor:
        yield "was closed, and its money is not back"


async def _of_teams(crowd: Crowd) -> list[str]:
    there = {row["id"] for row in await db.rows("SELECT id FROM teams")}
    return [f"lost: {team}" for team in crowd.teams if uuid_of(team) not in there]


async def _of_declined(crowd: Crowd) -> list[str]:
    """A client that was told of a decline pays again elsewhere: nothing may have been taken after all."""
    rows = await db.rows(
        "SELECT id, status FROM payments WHERE idempotency_key = ANY($1) AND status <> 'DECLINED'", list(crowd.declined)
    )
    return [f"the payment {row['id']} was declined, and is {row['status']}" for row in rows]
