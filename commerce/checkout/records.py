"""What the checkout answers."""

import msgspec

from commerce.orders import Order
from core.errors import Refusal


class PayOutcome(msgspec.Struct, frozen=True):
    """The order as it is now; `refusal` says why it is not paid, or that its payment is on its way back."""

    order: Order
    refusal: Refusal | None
