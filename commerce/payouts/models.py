"""The table of payouts."""

from tortoise import fields
from tortoise.models import Model


class PayoutRow(Model):
    id = fields.UUIDField(primary_key=True)
    shop_id = fields.UUIDField()
    minor = fields.BigIntField()
    commission_minor = fields.BigIntField()
    currency = fields.CharField(3)
    status = fields.TextField()
    created_at = fields.DatetimeField()
    paid_at = fields.DatetimeField(null=True)
    idempotency_key = fields.TextField()
    fingerprint = fields.TextField()

    class Meta:
        table = "payouts"
