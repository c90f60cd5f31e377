"""All writes of payments: taking money in `charging`, giving it back in `refunding`, comparing books in `auditing`."""

from commerce.payments.actions.auditing import audit
from commerce.payments.actions.charging import (
    begin,
    capture,
    close,
    receive,
    reconcile,
    record_captures,
    record_outcome,
)
from commerce.payments.actions.refunding import (
    carry_out_refunds,
    request_parts,
    request_refund,
    request_refunds,
    run_due_refunds,
)

__all__ = [
    "audit",
    "begin",
    "capture",
    "carry_out_refunds",
    "close",
    "receive",
    "reconcile",
    "record_captures",
    "record_outcome",
    "request_parts",
    "request_refund",
    "request_refunds",
    "run_due_refunds",
]
