from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="GroupBuyRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("shop_id", fields.UUIDField()),
                ("product_id", fields.UUIDField()),
                ("variant_id", fields.UUIDField()),
                ("title", fields.TextField(unique=False)),
                ("price_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("team_size", fields.IntField()),
                ("team_ttl_seconds", fields.IntField()),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("stock", fields.IntField()),
                ("held", fields.IntField(default=0)),
                ("sold", fields.IntField(default=0)),
                ("per_user_limit", fields.IntField()),
                ("joined_count", fields.IntField(default=0)),
                ("phase", fields.TextField(unique=False)),
                ("sequence", fields.BigIntField(default=0)),
            ],
            options={
                "table": "group_buys",
                "app": "group_buys",
                "pk_attr": "id",
                "table_description": "An offer. Whoever changes anything in it, its teams or their seats locks this row first.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SeatRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("team_id", fields.UUIDField()),
                ("group_buy_id", fields.UUIDField()),
                ("user_id", fields.UUIDField()),
                ("order_id", fields.UUIDField()),
                ("quantity", fields.IntField()),
                ("status", fields.TextField(unique=False)),
                ("held_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("paid_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("joined_sequence", fields.BigIntField(null=True)),
                ("left_sequence", fields.BigIntField(null=True)),
            ],
            options={
                "table": "seats",
                "app": "group_buys",
                "pk_attr": "id",
                "table_description": "A place in a team: one order's, never sold twice.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TeamRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("group_buy_id", fields.UUIDField()),
                ("leader_id", fields.UUIDField()),
                ("size", fields.IntField()),
                ("joined_count", fields.IntField(default=0)),
                ("held_count", fields.IntField(default=0)),
                ("status", fields.TextField(unique=False)),
                ("opened_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sequence", fields.BigIntField(default=0)),
            ],
            options={
                "table": "teams",
                "app": "group_buys",
                "pk_attr": "id",
                "table_description": "A team of an offer.",
            },
            bases=["Model"],
        ),
    ]
