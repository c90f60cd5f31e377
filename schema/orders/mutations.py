"""Mutations of orders."""

from uuid import UUID

import strawberry

from commerce.checkout import actions as checkout
from commerce.group_buys import queries as group_buy_queries
from commerce.group_buys.errors import SeatExpired, TeamClosed
from commerce.orders import Line, actions
from commerce.payments.errors import UnknownProvider
from schema import rates
from schema.context import Info
from schema.errors import mutation
from schema.orders.inputs import OrderRefInput, PayOrderInput, PlaceOrderInput, RefundOrderInput, ShipOrderInput
from schema.orders.types import OrderPayload, PaymentMethod


@strawberry.type
class OrderMutations:
    @mutation(
        "Orders from one shop at its prices, and holds the units for 15 minutes while the order is paid. Refused with"
        " UNAUTHENTICATED, INVALID, NOT_FOUND, OUT_OF_STOCK, LIMIT_EXCEEDED (5 unpaid orders, or 50 unpaid units; more"
        " with trust), or CONFLICT for a reused key."
    )
    async def place_order(self, viewer_id: UUID, info: Info, input: PlaceOrderInput) -> OrderPayload:
        lines = [Line(line.variant_id, line.quantity) for line in input.lines]
        address = input.shipping_address.as_address() if input.shipping_address else None
        allowed = rates.allowance(info.context)
        order = await actions.place(viewer_id, lines, address, input.idempotency_key, allowance=allowed)
        return OrderPayload.of(order=order)

    @mutation(
        "Pays the whole of an order; its price can't be chosen. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND,"
        " FORBIDDEN, PAYMENT_DECLINED (try again under a new key), CONFLICT (a reused key, or a payment still in"
        " progress: send the same again), WRONG_STATE or ENDED when it can't be paid any more, and SEAT_EXPIRED or"
        " TEAM_CLOSED when the payment came after the seat was given up: it is refunded in full,"
        " and `alternatives` and `canOpenTeam` say what can be had instead."
    )
    async def pay_order(self, viewer_id: UUID, info: Info, input: PayOrderInput) -> OrderPayload:
        provider = info.context.services.providers.get(PaymentMethod(input.method).name)
        if provider is None:
            raise UnknownProvider("method")
        try:
            outcome = await checkout.pay(viewer_id, input.order_id, provider, input.token or "", input.idempotency_key)
            if outcome.refusal is not None:
                raise outcome.refusal
        except (SeatExpired, TeamClosed) as refusal:
            instead = await group_buy_queries.alternatives_to_order(input.order_id)
            return OrderPayload.refused(
                refusal, info.context.language, alternatives=instead.teams, can_open_team=instead.can_open
            )
        return OrderPayload.of(order=outcome.order)

    @mutation(
        "Cancels the viewer's own order. Before payment: releases what it held. After: the buyer leaves the open team,"
        " or gets a confirmed order's money back until it is shipped; where a team that succeeded lowered the price by"
        " a tier, that is the shop's to grant. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, FORBIDDEN, TEAM_CLOSED"
        " or WRONG_STATE."
    )
    async def cancel_order(self, viewer_id: UUID, input: OrderRefInput) -> OrderPayload:
        return OrderPayload.of(order=await checkout.cancel(viewer_id, input.order_id))

    @mutation(
        "Tells that a confirmed order of the viewer's shop is on its way. Refused with UNAUTHENTICATED, INVALID,"
        " NOT_FOUND, FORBIDDEN for all but the shop's owner, or WRONG_STATE."
    )
    async def ship_order(self, viewer_id: UUID, input: ShipOrderInput) -> OrderPayload:
        return OrderPayload.of(
            order=await actions.ship(viewer_id, input.order_id, input.carrier, input.tracking_number)
        )

    @mutation("The buyer has the parcel. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, FORBIDDEN or WRONG_STATE.")
    async def confirm_receipt(self, viewer_id: UUID, input: OrderRefInput) -> OrderPayload:
        return OrderPayload.of(order=await actions.confirm_receipt(viewer_id, input.order_id))

    @mutation(
        "The shop gives a part of an order back, or all that is left: an order keeps its state, but one that was not"
        " shipped and goes back whole is REFUNDING. At most 50 times an order. Refused with UNAUTHENTICATED, INVALID,"
        " NOT_FOUND, FORBIDDEN for all but the shop's owner, WRONG_STATE, LIMIT_EXCEEDED for more than is left, or"
        " CONFLICT for a reused key."
    )
    async def refund_order(self, viewer_id: UUID, input: RefundOrderInput) -> OrderPayload:
        order = await actions.refund(viewer_id, input.order_id, input.amount, input.note, input.idempotency_key)
        return OrderPayload.of(order=order)
