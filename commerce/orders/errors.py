"""Refusals of orders."""

from core.errors import Refusal


class PaidTooLate(Refusal):
    code = "ENDED"
    zh = "订单已关闭，您的付款将全额退回"
    en = "The order was closed before the payment arrived; it is refunded in full"


class OrderClosed(Refusal):
    code = "WRONG_STATE"
    zh = "订单已取消，请重新下单"
    en = "The order was cancelled; place it again"


class PaymentTimeOver(Refusal):
    code = "ENDED"
    zh = "订单已超过付款时限，请重新下单"
    en = "The time to pay this order is over; place it again"


class MoreThanIsLeft(Refusal):
    code = "LIMIT_EXCEEDED"
    zh = "最多还可退 {left}"
    en = "At most {left} is left to give back"


class TooManyRefunds(Refusal):
    code = "LIMIT_EXCEEDED"
    zh = "一笔订单最多退款 {most} 次"
    en = "At most {most} refunds an order"


class TooManyUnpaid(Refusal):
    code = "LIMIT_EXCEEDED"
    zh = "你有 {most} 笔订单尚未付款，请先付款或取消"
    en = "{most} of your orders are unpaid: pay or cancel one first"


class TooManyHeld(Refusal):
    code = "LIMIT_EXCEEDED"
    zh = "未付款的订单合计最多 {most} 件，请先付款或取消"
    en = "Unpaid orders hold at most {most} units together: pay or cancel one first"
