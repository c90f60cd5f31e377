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
            name="OrderLineRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                ("variant_id", fields.UUIDField()),
                ("title", fields.TextField(unique=False)),
                ("quantity", fields.IntField()),
                ("unit_price_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
            ],
            options={
                "table": "order_lines",
                "app": "orders",
                "pk_attr": "id",
                "table_description": "What was bought, as it was called and priced then.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrderRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=24)),
                ("buyer_id", fields.UUIDField()),
                ("shop_id", fields.UUIDField()),
                ("kind", fields.TextField(unique=False)),
                ("status", fields.TextField(unique=False)),
                ("currency", fields.CharField(max_length=3)),
                ("total_minor", fields.BigIntField()),
                ("refunded_minor", fields.BigIntField(default=0)),
                ("pay_by", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("address", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("carrier", fields.TextField(null=True, unique=False)),
                ("tracking_number", fields.TextField(null=True, unique=False)),
                ("idempotency_key", fields.TextField(unique=False)),
                ("fingerprint", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "orders", "app": "orders", "pk_attr": "id"},
            bases=["Model"],
        ),
    ]
