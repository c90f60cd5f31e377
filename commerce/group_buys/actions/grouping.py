"""Where requests about one offer come together: a round decides many of them under one lock, in one transaction.

However many they are, a round takes the same number of statements. Several processes stay exact because each locks the
offer's row, which so puts their rounds one after another.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from commerce.group_buys import rounds
from commerce.group_buys.actions import closing, reading, steps, writing
from commerce.group_buys.rounds import Answer, Known, Request, Round, Settling, Taking
from commerce.orders import Order
from commerce.orders import queries as order_queries
from commerce.payments import actions as payment_actions
from core import clock
from core.errors import Conflict, NotFound
from core.group_commit import GroupCommit
from core.unit_of_work import action

Made = Mapping[tuple[UUID, str], tuple[str, Order]]


@action
async def _decide(group_buy_id: UUID, requests: Sequence[Request]) -> Sequence[Answer | Exception]:
    """An answer or a refusal for each request about an offer, in their order."""
    group_buy = await reading.locked(group_buy_id)
    takings = [one for one in requests if isinstance(one, Taking)]
    made = await order_queries.existing_all([(one.buyer_id, one.key) for one in takings]) if takings else {}
    if group_buy is None:
        return [_of_no_offer(one, made) for one in requests]
    captured = [one.payment_id for one in requests if isinstance(one, Settling) and one.payment_id is not None]
    if captured:
        await payment_actions.record_captures(captured)
    now, known = clock.now(), await reading.known(group_buy, requests, made)
    if await _end_overdue(known, requests, now):
        known = await reading.known(await reading.locked(group_buy_id) or group_buy, requests, made)
    this = Round(known, now)
    answers = [this.decide(request) for request in requests]
    await writing.write(this)
    return answers


def _of_no_offer(request: Request, made: Made) -> Exception:
    if isinstance(request, Settling):
        return NotFound("order_id")
    return Conflict("idempotency_key") if (request.buyer_id, request.key) in made else NotFound("group_buy_id")


async def _end_overdue(known: Known, requests: Sequence[Request], now: datetime) -> bool:
    """Does at once what the timers would do in a moment to the teams of seats that were paid too late."""
    found = rounds.overdue(known, requests, now)
    for team, seat in found:
        if team.status == "OPEN":
            await closing.end(known.group_buy, team, now)
        else:
            await steps.release(team, seat, now)
    return bool(found)


# The rounds of this process. An offer's id is the key: what is decided together is what one lock protects.
ROUNDS: Final = GroupCommit(_decide)
