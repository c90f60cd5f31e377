"""Why an order cannot be paid."""

from datetime import datetime
from typing import Final

from commerce.group_buys.errors import SeatExpired
from commerce.orders import Order
from commerce.orders.errors import OrderClosed, PaymentTimeOver
from core import validation
from core.errors import Refusal, WrongState

_MAX_TOKEN: Final = 500


def can_be_paid(order: Order, now: datetime) -> bool:
    """Whether a new payment may begin."""
    return order.status == "PENDING_PAYMENT" and order.pay_by is not None and now < order.pay_by


def why_not(order: Order) -> Refusal:
    """What to tell who wants to pay an order that cannot be paid."""
    if order.status not in ("PENDING_PAYMENT", "CANCELLED"):
        return WrongState("order_id", state=order.status)
    if order.kind == "TEAM":
        return SeatExpired("order_id")
    return OrderClosed("order_id") if order.status == "CANCELLED" else PaymentTimeOver("order_id")


def token(value: str) -> str:
    """Raises Invalid when it has more than 500 characters."""
    return validation.text(value, "token", least=0, most=_MAX_TOKEN)
