"""Whether commerce has come to rest, and whether the payment network's own books say what ours do."""

from typing import Final

from commerce.checkout import invariants
from core import clock, db
from tests.waiting import until

# What is still under way. Named by the states in which things end, so that a state added later counts as unfinished.
_UNFINISHED: Final = (
    "SELECT 'order ' || status AS what FROM orders"
    " WHERE status NOT IN ('CONFIRMED', 'SHIPPED', 'COMPLETED', 'CANCELLED', 'REFUNDED')",
    "SELECT 'seat ' || status FROM seats WHERE status NOT IN ('CONFIRMED', 'RELEASED', 'REFUNDED')",
    "SELECT 'team ' || status FROM teams WHERE status NOT IN ('SUCCEEDED', 'FAILED')",
    "SELECT 'payment ' || status FROM payments WHERE status NOT IN ('CAPTURED', 'DECLINED')",
    "SELECT 'refund ' || status FROM refunds WHERE status <> 'DONE'",
    "SELECT 'event to be told' FROM outbox WHERE NOT relayed",
    "SELECT 'event on the lane ' || lane FROM outbox_deliveries WHERE lane NOT IN ('search', 'live')",
)
# Every deadline, as if the time until it had passed.
_HASTENED: Final = (
    "UPDATE payments SET reconcile_at = $1 WHERE status NOT IN ('CAPTURED', 'DECLINED')",
    "UPDATE seats SET held_until = $1 WHERE status = 'HELD'",
    "UPDATE orders SET pay_by = $1 WHERE pay_by IS NOT NULL",
    "UPDATE teams SET expires_at = $1 WHERE status = 'OPEN'",
    "UPDATE refunds SET due_at = $1 WHERE status <> 'DONE'",
    "UPDATE outbox_deliveries SET due_at = $1",
)
_DISAGREEING: Final = (
    "SELECT format('charge %s: %s %s there, %s %s here', coalesce(c.key, p.key), c.status, c.minor, p.status, p.minor)"
    " FROM (SELECT * FROM payments_sandbox_charges WHERE status = 'CAPTURED') c FULL JOIN"
    " (SELECT replace(id::text, '-', '') AS key, * FROM payments WHERE status = 'CAPTURED') p ON p.key = c.key"
    " WHERE (c.minor, c.currency) IS DISTINCT FROM (p.minor, p.currency)",
    "SELECT format('refund %s: %s there, %s here', coalesce(g.key, r.key), g.minor, r.minor)"
    " FROM payments_sandbox_refunds g FULL JOIN"
    " (SELECT replace(id::text, '-', '') AS key, replace(payment_id::text, '-', '') AS charge_key, * FROM refunds"
    " WHERE status = 'DONE') r ON r.key = g.key"
    " WHERE (g.minor, g.currency, g.charge_key) IS DISTINCT FROM (r.minor, r.currency, r.charge_key)",
)

# All invariants in one statement, which PostgreSQL plans once and which then costs a millisecond.
_OFFENDING: Final = " UNION ALL ".join(
    f"SELECT '{invariant.name}: ' || subject || ' ' || detail FROM ({invariant.sql}) AS x (subject, detail)"
    for invariant in invariants.INVARIANTS
)


async def offending() -> list[str]:
    """What `invariants.violations` tells, for who asks after every step."""
    return [row[0] for row in await db.rows(_OFFENDING, clock.now() - invariants.UNFINISHED_FOR)]


async def unfinished() -> dict[str, int]:
    """What has not come to rest, and how much of it."""
    rows = await db.rows(f"SELECT what, count(*) AS number FROM ({' UNION ALL '.join(_UNFINISHED)}) u GROUP BY what")
    return {row["what"]: row["number"] for row in rows}


async def hasten() -> None:
    """Brings every deadline forward to now; what is due then is for the timers to do."""
    for statement in _HASTENED:
        await db.execute(statement, clock.now())


async def come_to_rest() -> None:
    """Brings deadlines forward until nothing is under way; servers somewhere do the work. Raises TimeoutError."""
    await until(_is_at_rest)


async def _is_at_rest() -> bool:
    if not await unfinished():
        return True
    await hasten()
    return False


async def disagreements() -> list[str]:
    """Where the network took or gave back other money than we have written down; to be asked at rest."""
    return [row[0] for statement in _DISAGREEING for row in await db.rows(statement)]
