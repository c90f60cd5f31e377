"""What time does: holds run out, and open teams end at their deadline. Each in a transaction of its own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from commerce.group_buys.actions import closing, steps
from core import clock, db
from core.unit_of_work import action

logger = logging.getLogger(__name__)

_BATCH = 100
# Enough to keep PostgreSQL busy, few enough to leave connections to those who wait for an answer.
_AT_ONCE = 4


async def release_overdue_seats() -> int:
    """Releases the held seats whose time is up; a leader's team fails unseen. Returns how many."""
    return await _each(
        "SELECT order_id FROM seats WHERE status = 'HELD' AND held_until <= $1 AND order_id <> ALL($2)"
        " ORDER BY held_until LIMIT $3",
        _release,
    )


async def expire_teams() -> int:
    """Ends the open teams whose deadline has passed: with enough people they succeed, else they fail; how many."""
    return await _each(
        "SELECT id FROM teams WHERE status = 'OPEN' AND expires_at <= $1 AND id <> ALL($2)"
        " ORDER BY expires_at LIMIT $3",
        closing.expire,
    )


async def _each(due: str, work: Callable[[UUID], Awaitable[bool]]) -> int:
    """Does the work for everything due, a few at a time. One that fails is left for later, and holds up no other."""
    done, left = 0, list[UUID]()
    few = asyncio.Semaphore(_AT_ONCE)

    async def attempt(identity: UUID) -> bool:
        async with few:
            try:
                return await work(identity)
            except Exception:
                logger.exception("%s stumbled over %s", work.__name__, identity)
                return False

    while found := [row[0] for row in await db.rows(due, clock.now(), left, _BATCH)]:
        changed = await asyncio.gather(*(attempt(identity) for identity in found))
        left += [identity for identity, did in zip(found, changed, strict=True) if not did]
        done += sum(changed)
    return done


@action
async def _release(order_id: UUID) -> bool:
    found = await steps.locked_by_order(order_id)
    if found is None:
        return False
    _, team, seat = found
    now = clock.now()
    overdue = seat.held_until is not None and seat.held_until <= now
    return overdue and await steps.release(team, seat, now)
