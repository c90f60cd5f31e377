"""The one table that knows everyone: which events reach whom, and what runs when its time comes."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from commerce.checkout import subscribers as checkout_subscribers
from commerce.group_buys import actions as group_buy_actions
from commerce.group_buys import subscribers as group_buy_subscribers
from commerce.group_buys.events import GroupBuyChanged
from commerce.orders import actions as order_actions
from commerce.orders import subscribers as order_subscribers
from commerce.payments import actions as payment_actions
from commerce.payments import subscribers as payment_subscribers
from commerce.payments.events import PaymentCaptured, RefundCompleted, RefundRequested
from content.feed import fanout, tastes
from content.feed.learning import learn
from content.live import actions as live_actions
from content.live import subscribers as live_subscribers
from content.notes.events import NoteDeleted, NotePublished
from core import outbox
from core.relay import BatchLane, Lane
from core.timers import Timer
from people.accounts import guessing
from schema.context import Services
from search import indexer
from search.terms import actions as terms


def lanes(services: Services) -> Sequence[Lane | BatchLane]:
    """Who hears of which event. A lane is a queue of its own: what one does slowly delays no other."""
    return [
        Lane("checkout", {PaymentCaptured: checkout_subscribers.on_payment_captured}),
        BatchLane("refunds", [RefundRequested], partial(payment_subscribers.on_refunds_requested, services.providers)),
        Lane("orders", {RefundCompleted: order_subscribers.on_refund_completed}),
        Lane("group_buys", {RefundCompleted: group_buy_subscribers.on_refund_completed}),
        # An engine that is well again makes up for what it missed within half a minute.
        BatchLane("search", indexer.EVENTS, indexer.reaction(services.search), longest_backoff=timedelta(seconds=15)),
        BatchLane("tastes", tastes.EVENTS, tastes.on_engaged),
        Lane(
            "timelines",
            {
                NotePublished: partial(fanout.on_note_published, services.timelines),
                NoteDeleted: partial(fanout.on_note_deleted, services.timelines),
            },
        ),
        Lane("live", {GroupBuyChanged: live_subscribers.on_group_buy_changed}),
    ]


def timers(services: Services) -> Sequence[Timer]:
    """What looks, and how often (in seconds), whether its time has come."""
    return [
        Timer("outbox.trim", 60, outbox.trim),
        Timer("payments.reconcile", 5, partial(payment_actions.reconcile, services.providers)),
        Timer("payments.audit_hour", 900, partial(payment_actions.audit, services.providers, timedelta(hours=1))),
        Timer("payments.audit_days", 86_400, partial(payment_actions.audit, services.providers, timedelta(days=3))),
        Timer("payments.run_due_refunds", 1, partial(payment_actions.run_due_refunds, services.providers)),
        Timer("orders.release_overdue", 1, order_actions.release_overdue),
        Timer("group_buys.release_overdue_seats", 0.5, group_buy_actions.release_overdue_seats),
        Timer("group_buys.expire_teams", 0.5, group_buy_actions.expire_teams),
        Timer("group_buys.start_offers", 0.5, group_buy_actions.start_offers),
        Timer("group_buys.end_offers", 0.5, group_buy_actions.end_offers),
        Timer("feed.learn", 5, learn),
        Timer("accounts.forget_guesses", 600, guessing.forget),
        Timer("search.forget_terms", 3600, terms.forget),
        Timer("live.viewers", 2, live_actions.count_viewers),
    ]
