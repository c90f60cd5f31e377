"""Tables of orders and their lines."""

from tortoise import fields
from tortoise.models import Model


class OrderRow(Model):
    id = fields.UUIDField(primary_key=True)
    number = fields.CharField(24, unique=True)
    buyer_id = fields.UUIDField()
    shop_id = fields.UUIDField()
    kind = fields.TextField()
    status = fields.TextField()
    currency = fields.CharField(3)
    total_minor = fields.BigIntField()
    refunded_minor = fields.BigIntField(default=0)
    pay_by = fields.DatetimeField(null=True)
    address: fields.JSONField[dict[str, str] | None] = fields.JSONField(null=True)
    carrier = fields.TextField(null=True)
    tracking_number = fields.TextField(null=True)
    idempotency_key = fields.TextField()
    fingerprint = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "orders"


class OrderLineRow(Model):
    """What was bought, as it was called and priced then."""

    id = fields.BigIntField(primary_key=True)
    order_id = fields.UUIDField()
    variant_id = fields.UUIDField()
    title = fields.TextField()
    quantity = fields.IntField()
    unit_price_minor = fields.BigIntField()
    currency = fields.CharField(3)

    class Meta:
        table = "order_lines"
