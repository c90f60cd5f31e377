"""Plain orders and their payments for tests, and the background work that follows them."""

from functools import partial
from uuid import UUID

from commerce import checkout
from commerce.catalogue import Variant
from commerce.checkout import actions as checkout_actions
from commerce.checkout import subscribers as checkout_subscribers
from commerce.orders import Address, Line, Order, OrderLine, actions, queries
from commerce.orders import subscribers as order_subscribers
from commerce.payments import Provider, SandboxProvider
from commerce.payments import actions as payment_actions
from commerce.payments import subscribers as payment_subscribers
from commerce.payments.events import PaymentCaptured, RefundCompleted, RefundRequested
from core.bus import MemoryBus
from core.ids import new_id
from core.relay import BatchLane, Lane, Relay
from tests.factories import products
from tests.factories.people import person

HOME = Address("小鹿", "138 0000 0000", "广东省", "深圳市", "南山区", "科技园 1 号", "518000")


async def placed(
    buyer_id: UUID | None = None, variant: Variant | None = None, *, quantity: int = 1, key: str | None = None
) -> Order:
    """An order that nobody has paid."""
    variant = variant or await products.variant()
    lines = [Line(variant.id, quantity)]
    return await actions.place(buyer_id or await person("买家"), lines, HOME, key or new_id().hex)


async def pay(
    order: Order, *, provider: SandboxProvider | None = None, token: str = "一张卡", key: str | None = None
) -> checkout.PayOutcome:
    """Pays as the buyer does, by a sandbox without faults unless one is given."""
    provider = provider or SandboxProvider()
    return await checkout_actions.pay(order.buyer_id, order.id, provider, token, key or new_id().hex)


async def paid(buyer_id: UUID | None = None, variant: Variant | None = None, *, quantity: int = 1) -> Order:
    """An order that is confirmed."""
    outcome = await pay(await placed(buyer_id, variant, quantity=quantity))
    assert outcome.refusal is None and outcome.order.status == "CONFIRMED"
    return outcome.order


async def now(order: Order) -> Order:
    """The order as it is now."""
    [found] = await queries.by_ids([order.id])
    assert found is not None
    return found


async def line(order: Order) -> OrderLine:
    """The order's only line."""
    [[only]] = await queries.lines_of([order.id])
    return only


async def react(provider: Provider | None = None) -> None:
    """Does what the worker would do about all events so far."""
    provider = provider or SandboxProvider()
    providers = {provider.name: provider}
    lanes = [
        Lane("checkout", {PaymentCaptured: checkout_subscribers.on_payment_captured}),
        BatchLane("refunds", [RefundRequested], partial(payment_subscribers.on_refunds_requested, providers)),
        Lane("orders", {RefundCompleted: order_subscribers.on_refund_completed}),
    ]
    await Relay(MemoryBus(), lanes).drain()


async def carry_out_due(provider: SandboxProvider | None = None) -> int:
    """Tries the refunds that are due again, as the timer would; how many were done."""
    return await payment_actions.run_due_refunds({SandboxProvider.name: provider or SandboxProvider()})
