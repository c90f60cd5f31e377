from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="ProductRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("shop_id", fields.UUIDField()),
                ("title", fields.TextField(unique=False)),
                ("description", fields.TextField(unique=False)),
                ("image_urls", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("currency", fields.CharField(max_length=3)),
                ("min_price_minor", fields.BigIntField()),
                ("sold_count", fields.IntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "products", "app": "catalogue", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="VariantRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("product_id", fields.UUIDField()),
                ("shop_id", fields.UUIDField()),
                ("name", fields.TextField(unique=False)),
                ("sku", fields.TextField(null=True, unique=False)),
                ("price_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("stock", fields.IntField()),
                ("held", fields.IntField(default=0)),
            ],
            options={
                "table": "variants",
                "app": "catalogue",
                "pk_attr": "id",
                "table_description": "A variant; the shop and the currency are copied from its product, which never changes them.",
            },
            bases=["Model"],
        ),
    ]
