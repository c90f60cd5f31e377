"""Tables of products and variants."""

from tortoise import fields
from tortoise.models import Model


class ProductRow(Model):
    id = fields.UUIDField(primary_key=True)
    shop_id = fields.UUIDField()
    title = fields.TextField()
    description = fields.TextField()
    image_urls: fields.JSONField[list[str]] = fields.JSONField()
    currency = fields.CharField(3)
    min_price_minor = fields.BigIntField()
    sold_count = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        table = "products"


class VariantRow(Model):
    """A variant; the shop and the currency are copied from its product, which never changes them."""

    id = fields.UUIDField(primary_key=True)
    product_id = fields.UUIDField()
    shop_id = fields.UUIDField()
    name = fields.TextField()
    sku = fields.TextField(null=True)
    price_minor = fields.BigIntField()
    currency = fields.CharField(3)
    stock = fields.IntField()
    held = fields.IntField(default=0)

    class Meta:
        table = "variants"
