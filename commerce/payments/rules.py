"""How long payments and refunds are waited for."""

from datetime import datetime, timedelta
from typing import Final

# A provider that is silent for longer, in seconds, has not answered.
PATIENCE: Final = 8.0
# A payment that is PENDING for longer lost its answer: the provider is asked what became of it.
RECONCILE_AFTER: Final = timedelta(seconds=10)
RECONCILE_AGAIN: Final = timedelta(seconds=30)
# For so long a payment that was authorised and not captured is still what its buyer waits for.
_CAPTURE_WITHIN: Final = timedelta(minutes=2)
# How near to now the networks' books are compared with ours, how much of them at once, and its patience in seconds.
AUDIT_LAG: Final = timedelta(minutes=5)
AUDIT_SLICE: Final = timedelta(hours=1)
AUDIT_PATIENCE: Final = 120.0
# Nobody else tries a refund meanwhile.
REFUND_LEASE: Final = timedelta(seconds=30)
# From here on a person is told, each time.
STUCK_AFTER: Final = 8
_LONGEST: Final = timedelta(minutes=30)


def refund_backoff(attempts: int) -> timedelta:
    """How long to wait after so many failures."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), _LONGEST)


def is_worth_capturing(begun_at: datetime, now: datetime) -> bool:
    """Whether a payment that was only authorised is captured when it is found; an older one is given up."""
    return now - begun_at < _CAPTURE_WITHIN
