"""Tables of shops."""

from tortoise import fields
from tortoise.models import Model


class ShopRow(Model):
    id = fields.UUIDField(primary_key=True)
    owner_id = fields.UUIDField(unique=True)
    name = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "shops"
