from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Delivery",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("lane", fields.TextField(unique=False)),
                ("event_id", fields.BigIntField()),
                ("attempts", fields.IntField(default=0)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "outbox_deliveries",
                "app": "core",
                "pk_attr": "id",
                "table_description": "An event that a lane has still to handle; gone once it has.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OutboxEvent",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.TextField(unique=False)),
                ("payload", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("topic", fields.TextField(null=True, unique=False)),
                ("sequence", fields.BigIntField(null=True)),
                ("relayed", fields.BooleanField(default=False)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "outbox",
                "app": "core",
                "pk_attr": "id",
                "table_description": "A fact that was committed with the change it tells of. With a topic, it is also a step of that topic's stream.",
            },
            bases=["Model"],
        ),
    ]
