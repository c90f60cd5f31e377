"""What a captured payment does to its seat: the team opens, grows or succeeds, or the money goes back."""

from uuid import UUID

from commerce.group_buys.actions import filing
from commerce.group_buys.actions.grouping import ROUNDS
from commerce.group_buys.rounds import Settled, Settling
from core.errors import NotFound, Refusal


async def settle_payment(order_id: UUID, payment_id: UUID | None = None) -> Refusal | None:
    """Settles the captured payment of a seat's order, once however often it is called.

    With a payment that its provider has just captured, that is recorded in the same transaction. None when the seat is
    paid: the leader's opens the team, the last one makes it succeed, and then its seats and orders are confirmed and
    its units sold in this transaction too. A payment that came too late is refunded in full, and SeatExpired or
    TeamClosed is returned, not raised, so that the refund commits. Raises NotFound for an order that pays for no seat.
    Records TeamChanged and GroupBuyChanged.
    """
    group_buy_id = await filing.offer_of_order(order_id)
    if group_buy_id is None:
        raise NotFound("order_id")
    settled = await ROUNDS.ask(group_buy_id, Settling(order_id, payment_id))
    assert isinstance(settled, Settled)
    return settled.refusal
