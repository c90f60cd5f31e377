"""Refusals of products."""

from uuid import UUID

from core.errors import Refusal


class NeedsShop(Refusal):
    code = "FORBIDDEN"
    zh = "请先开店再发布商品"
    en = "Open a shop first"


class OutOfStock(Refusal):
    """`available`: the units of the variant that could be had."""

    code = "OUT_OF_STOCK"
    zh = "库存不足，仅剩 {available} 件"
    en = "Out of stock: {available} left"

    def __init__(self, *field: str | int, available: int, variant_id: UUID | None = None) -> None:
        super().__init__(*field, available=available)
        self.available = available
        self.variant_id = variant_id


class StockBelowHeld(Refusal):
    code = "WRONG_STATE"
    zh = "有 {held} 件已被订单或拼团占用，库存不能低于此数"
    en = "{held} units are held for orders and offers; stock cannot go below that"
