"""The model's background: what timers, lanes and notifications should do."""

from collections.abc import Callable

from tests.commerce.stateful.book import Refund
from tests.commerce.stateful.model import ASK_AGAIN, CAPTURE_WITHIN, LONGEST_WAIT, STUCK_AFTER, Model

# Whether the network is silent about a payment (its number), and what it does to a refund: "lost", "answer lost".
Silent = Callable[[int], bool]
Fate = Callable[[Refund], str | None]


def release_orders(model: Model) -> None:
    for number, order in enumerate(model.orders):
        if order.seat is None and order.pay_by is not None and order.pay_by <= model.now:
            model._close_unpaid(number)


def release_seats(model: Model) -> None:
    for number, order in enumerate(model.orders):
        if order.seat is not None and order.pay_by is not None and order.pay_by <= model.now:
            model._close_unpaid(number)


def expire_teams(model: Model) -> None:
    for number, team in enumerate(model.teams):
        if team.status == "OPEN" and team.expires is not None and team.expires <= model.now:
            model._end(number)


def start_offers(model: Model) -> None:
    for offer in model.offers:
        if offer.phase == "SCHEDULED" and offer.starts <= model.now:
            offer.phase = "RUNNING"
            model.happened["offer started"] += 1


def end_offers(model: Model) -> None:
    for number, offer in enumerate(model.offers):
        if offer.phase == "RUNNING" and offer.ends <= model.now:
            offer.phase = "ENDED"
        unfinished = any(team.offer == number and team.status in ("PENDING", "OPEN") for team in model.teams)
        if offer.phase == "ENDED" and not unfinished:
            offer.phase = "CLOSED"
            model.happened["offer closed"] += 1


def reconcile(model: Model, silent: Silent) -> None:
    """Asks about payments whose answer was lost: a young authorisation is captured, all else not captured is closed."""
    for number, payment in enumerate(model.payments):
        if payment.status == "PENDING" and payment.ask_at <= model.now:
            payment.ask_at = model.now + ASK_AGAIN
            if silent(number):
                continue
            model.happened[f"reconciled when the network had it {payment.charge}"] += 1
            if payment.charge == "AUTHORISED" and model.now - payment.begun < CAPTURE_WITHIN:
                payment.charge = "CAPTURED"
            model._record(number, model._closed(payment))


def notified(model: Model, number: int) -> None:
    """A genuine notification, whatever it says, makes us ask."""
    payment = model.payments[number]
    if payment.charge in ("CAPTURED", "DECLINED"):
        model.happened["notification believed"] += payment.status == "PENDING"
        model._record(number, payment.charge)


def run_due_refunds(model: Model, fate: Fate) -> None:
    for refund in model.refunds:
        if refund.status != "DONE" and refund.due <= model.now:
            _try(model, refund, fate(refund))


def react(model: Model, fate: Fate) -> None:
    """Whatever was told is reacted to, until nothing is left."""
    while model.captured or model.requested or model.completed:
        captured, model.captured = model.captured, []
        for order in captured:
            model._settle(order)
        requested, model.requested = model.requested, []
        for refund in requested:
            if refund.status == "PENDING" and refund.attempts == 0:
                _try(model, refund, fate(refund))
        completed, model.completed = model.completed, []
        for refund in completed:
            _count(model, refund)


def _try(model: Model, refund: Refund, fate: str | None) -> None:
    refund.attempts += 1
    model.happened["refund tried again"] += refund.attempts > 1
    refund.given |= fate != "lost"
    if fate is None:
        refund.status = "DONE"
        model.completed.append(refund)
        return
    refund.due = model.now + min(2**refund.attempts, LONGEST_WAIT)
    if refund.attempts >= STUCK_AFTER:
        refund.status = "STUCK"


def _count(model: Model, refund: Refund) -> None:
    order = model.orders[refund.order]
    order.refunded += refund.minor
    if order.status == "REFUNDING" and order.refunded == order.total:
        order.status = "REFUNDED"
    if order.seat is not None and order.seat.status == "REFUNDING":
        order.seat.status = "REFUNDED"


# The timers' names, and what the model does.
TIMERS = (
    ("orders.release_overdue", release_orders),
    ("group_buys.release_overdue_seats", release_seats),
    ("group_buys.expire_teams", expire_teams),
    ("group_buys.start_offers", start_offers),
    ("group_buys.end_offers", end_offers),
)
