"""All writes of orders: `writing` makes them, `paying` moves them while money does, `plain` buys without a team,
`fulfilling` gets them to the buyer, `returning` gives their money back."""

from commerce.orders.actions.fulfilling import confirm_receipt, ship
from commerce.orders.actions.paying import begin_refund, cancel_unpaid, confirm, mark_paid
from commerce.orders.actions.plain import place, release, release_overdue, restock_refunded, settle_plain
from commerce.orders.actions.returning import refund
from commerce.orders.actions.writing import create, draft, write

__all__ = [
    "begin_refund",
    "cancel_unpaid",
    "confirm",
    "confirm_receipt",
    "create",
    "draft",
    "mark_paid",
    "place",
    "refund",
    "release",
    "release_overdue",
    "restock_refunded",
    "settle_plain",
    "ship",
    "write",
]
