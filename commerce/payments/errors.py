"""Refusals of payments."""

from core.errors import Refusal


class PaymentDeclined(Refusal):
    code = "PAYMENT_DECLINED"
    zh = "支付未成功，请更换支付方式后重试"
    en = "The payment was declined; try another way to pay"


class PaymentInProgress(Refusal):
    """Another attempt is on its way, or the provider has not answered yet."""

    code = "CONFLICT"
    zh = "该订单有一笔支付正在处理，请稍后再试"
    en = "A payment of this order is being processed; try again in a moment"


class UnknownProvider(Refusal):
    code = "INVALID"
    zh = "不支持的支付方式"
    en = "This way to pay is not available"
