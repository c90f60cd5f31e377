"""Orders: what somebody buys of one shop, from the promise to pay to the parcel in their hands."""

from commerce.orders.records import Address, Allowance, DraftOrder, Line, NewLine, Order, OrderLine

__all__ = ["Address", "Allowance", "DraftOrder", "Line", "NewLine", "Order", "OrderLine"]
