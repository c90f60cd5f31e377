"""Which PaymentIntent stands for which charge, written down before anything can be taken by it.

Stripe forgets idempotency keys after a day, and its search lags. So an intent is made, remembered here, and confirmed
only then: one that is not remembered took nothing and never will, and a charge closed here has no intent for ever.
"""

from core import clock, db


async def recall(key: str) -> tuple[bool, str | None]:
    """Whether a charge is known, and its intent; None for one that was closed before it had any."""
    found = await db.row("SELECT intent FROM payments_stripe_intents WHERE key = $1", key)
    return (False, None) if found is None else (True, found["intent"])


async def remember(key: str, intent: str | None) -> str | None:
    """The intent of a charge from now on: the one that was remembered first; None when it was closed first."""
    remembered = await db.execute(
        "INSERT INTO payments_stripe_intents (key, intent, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        key,
        intent,
        clock.now(),
    )
    if remembered:
        return intent
    _, earlier = await recall(key)
    return earlier
