from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="PaymentRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                ("payer_id", fields.UUIDField()),
                ("provider", fields.TextField(unique=False)),
                ("status", fields.TextField(unique=False)),
                ("minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("refunding_minor", fields.BigIntField(default=0)),
                ("idempotency_key", fields.TextField(unique=False)),
                ("fingerprint", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reconcile_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "payments",
                "app": "payments",
                "pk_attr": "id",
                "table_description": "An attempt to pay an order. `refunding_minor` of it has been asked back.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RefundRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("payment_id", fields.UUIDField()),
                ("order_id", fields.UUIDField()),
                ("provider", fields.TextField(unique=False)),
                ("minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("reason", fields.TextField(unique=False)),
                ("status", fields.TextField(unique=False)),
                ("attempts", fields.IntField(default=0)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("done_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "refunds", "app": "payments", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SandboxChargeRow",
            fields=[
                ("key", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("status", fields.TextField(unique=False)),
                ("minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "payments_sandbox_charges",
                "app": "payments",
                "pk_attr": "key",
                "table_description": "A charge as the sandbox's network knows it. Never joined with ours.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SandboxRefundRow",
            fields=[
                ("key", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("charge_key", fields.CharField(max_length=64)),
                ("minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "payments_sandbox_refunds", "app": "payments", "pk_attr": "key"},
            bases=["Model"],
        ),
    ]
