"""What the networks' own books say against ours: money that they took, and of which we know nothing or otherwise.

It should not be: every charge was written down before it was asked for. It comes with a restored backup, or a network
that breaks its word. Then nobody waits for that money here, and only looking for it finds it.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from commerce.payments import queries, rules
from commerce.payments.actions.charging import record_outcome
from commerce.payments.provider import Captured, Outcome, Provider
from commerce.payments.records import Payment
from core import clock

logger = logging.getLogger(__name__)


async def audit(providers: Mapping[str, Provider], span: timedelta) -> int:
    """Compares what was begun within `span`, but for the last minutes, in which it may be on its way.

    Returns how many charges were put right; each is logged as an error. One that we hold PENDING is recorded as
    captured; one that we called DECLINED is given back, as its buyer was told so. One that we never heard of is left
    alone and told: another installation may share the account. So is one that we hold captured and the network does
    not, or with another sum.
    """
    return sum(await asyncio.gather(*(_audit(provider, span) for provider in providers.values())))


async def _audit(provider: Provider, span: timedelta) -> int:
    put_right, now = 0, clock.now()
    since, end = now - span, now - rules.AUDIT_LAG
    try:
        while since < end:
            until = min(since + rules.AUDIT_SLICE, end)
            async with asyncio.timeout(rules.AUDIT_PATIENCE):
                put_right += await _compare(provider, since, until)
            since = until
    except Exception:
        logger.exception("the books of %s could not be compared with ours", provider.name)
    return put_right


async def _compare(provider: Provider, since: datetime, until: datetime) -> int:
    # Their clock is not ours: a charge may stand in their books some time before or after it does in ours.
    found = await provider.captures(since - rules.AUDIT_LAG, until + rules.AUDIT_LAG)
    theirs = {queries.id_in(one.key): one for one in found}
    theirs.pop(None, None)
    for payment in await queries.captured_between(provider.name, since, until):
        if payment.id not in theirs:
            logger.error("%s does not know of the payment %s, which we hold captured", provider.name, payment.id)
    due = {key: one for key, one in theirs.items() if key is not None and one.begun_at < until}
    ours = await queries.by_ids(list(due))
    return sum([await _put_right(provider, *pair) for pair in zip(due.values(), ours, strict=True)])


async def _put_right(provider: Provider, theirs: Captured, ours: Payment | None) -> bool:
    if ours is not None and ours.status == "CAPTURED":
        if (ours.minor, ours.currency) != (theirs.minor, theirs.currency):
            logger.error("%s took %d %s for %s", provider.name, theirs.minor, theirs.currency, ours)
        return False
    left = theirs.minor - theirs.returned_minor
    if not left:
        return False
    if ours is None:
        logger.error("%s took %d %s that nobody here knows of: %s", provider.name, left, theirs.currency, theirs.key)
        return False
    logger.error("%s took %d %s for a payment that is %s", provider.name, left, theirs.currency, ours)
    if ours.status == "PENDING":
        return await record_outcome(ours.id, Outcome.CAPTURED)
    return await _give_back(provider, theirs, left)


async def _give_back(provider: Provider, theirs: Captured, left: int) -> bool:
    """Outside our ledger, as it was never in it. What fails is found again by the next audit."""
    try:
        async with asyncio.timeout(rules.PATIENCE):
            await provider.refund(f"stray-{theirs.key}", theirs.key, left, theirs.currency)
    except Exception:
        logger.exception("the charge %s of %s could not be given back", theirs.key, provider.name)
        return False
    return True
