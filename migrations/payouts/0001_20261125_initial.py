from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="PayoutRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("shop_id", fields.UUIDField()),
                ("minor", fields.BigIntField()),
                ("commission_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("status", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("paid_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("idempotency_key", fields.TextField(unique=False)),
                ("fingerprint", fields.TextField(unique=False)),
            ],
            options={"table": "payouts", "app": "payouts", "pk_attr": "id"},
            bases=["Model"],
        ),
    ]
