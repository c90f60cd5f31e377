"""Where requests about offers come together: one transaction decides many, in a round for each offer it has locked.

However many requests and offers they are, it takes the same number of statements. Several processes stay exact because
each locks the offers' rows, which so puts the rounds of an offer one after another.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from commerce.group_buys import rounds
from commerce.group_buys.actions import closing, reading, steps, writing
from commerce.group_buys.rounds import Answer, Known, Made, Request, Round, Settling, Taking
from commerce.orders import queries as order_queries
from commerce.payments import actions as payment_actions
from core import clock
from core.errors import Conflict, NotFound
from core.shared_commit import Busy, SharedCommit
from core.unit_of_work import action

# A request, under the offer that it is about.
Filed = tuple[UUID, Request]


@action
async def _decide(filed: Sequence[Filed]) -> Sequence[Answer | Exception]:
    """An answer or a refusal for each request about an offer whose lock is free, in their order; else Busy."""
    offers = await reading.locked_at_once({offer_id for offer_id, _ in filed} - _of_one_key(filed))
    if not offers:
        return [Busy() for _ in filed]
    asked = _by_offer(one for one in filed if one[0] in offers)
    made = await _made(filed)
    now, known = clock.now(), await reading.known(offers, asked, made)
    # Teams that are over take statements of their own, each: a rare thing, for which nobody else should wait.
    decided = {key: Round(one, now) for key, one in known.items() if not rounds.overdue(one, asked[key], now)}
    return await _carry_out(decided, filed)


@action
async def _decide_alone(group_buy_id: UUID, filed: Sequence[Filed]) -> Sequence[Answer | Exception]:
    """An answer or a refusal for each request about an offer, in their order, whatever it takes."""
    offers = await reading.locked(group_buy_id)
    made = await _made(filed)
    if not offers:
        return [_of_no_offer(request, made) for _, request in filed]
    asked, now = _by_offer(filed), clock.now()
    known = await reading.known(offers, asked, made)
    if await _end_overdue(known[group_buy_id], asked[group_buy_id], now):
        known = await reading.known(await reading.locked(group_buy_id), asked, made)
    return await _carry_out({group_buy_id: Round(known[group_buy_id], now)}, filed)


async def _carry_out(decided: Mapping[UUID, Round], filed: Sequence[Filed]) -> Sequence[Answer | Exception]:
    """Decides all that is about the offers of rounds, and writes it down."""
    captured = [
        one.payment_id
        for key, one in filed
        if key in decided and isinstance(one, Settling) and one.payment_id is not None
    ]
    if captured:
        await payment_actions.record_captures(captured)
    answers = [decided[key].decide(request) if key in decided else Busy() for key, request in filed]
    await writing.write(list(decided.values()))
    return answers


def _by_offer(filed: Iterable[Filed]) -> dict[UUID, list[Request]]:
    asked: dict[UUID, list[Request]] = defaultdict(list)
    for group_buy_id, request in filed:
        asked[group_buy_id].append(request)
    return asked


def _of_one_key(filed: Sequence[Filed]) -> set[UUID]:
    """Offers that are asked for under a key under which another one is: its round must know what became of that."""
    first: dict[tuple[UUID, str], UUID] = {}
    takings = ((group_buy_id, one) for group_buy_id, one in filed if isinstance(one, Taking))
    return {key for key, one in takings if first.setdefault((one.buyer_id, one.key), key) != key}


async def _made(filed: Sequence[Filed]) -> Made:
    keys = [(one.buyer_id, one.key) for _, one in filed if isinstance(one, Taking)]
    return await order_queries.existing_all(keys) if keys else {}


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


# The rounds of this process. An offer's id is the key: what is decided in a round is what one lock protects.
ROUNDS: Final = SharedCommit(_decide, _decide_alone)
