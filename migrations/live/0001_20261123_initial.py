from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="LiveListingRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("live_stream_id", fields.UUIDField()),
                ("product_id", fields.UUIDField()),
                ("group_buy_id", fields.UUIDField(null=True)),
                ("position", fields.IntField()),
                ("added_sequence", fields.BigIntField()),
                ("removed_sequence", fields.BigIntField(null=True)),
                ("on_air", fields.BooleanField(default=False)),
                ("told_sequence", fields.BigIntField(default=0)),
            ],
            options={
                "table": "live_listings",
                "app": "live",
                "pk_attr": "id",
                "table_description": "A product on a stream's table from the stream's `added_sequence` until its `removed_sequence`.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LiveMessageRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("live_stream_id", fields.UUIDField()),
                ("author_id", fields.UUIDField()),
                ("body", fields.TextField(unique=False)),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sequence", fields.BigIntField()),
            ],
            options={"table": "live_messages", "app": "live", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LivePresenceRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("live_stream_id", fields.UUIDField()),
                ("process_id", fields.UUIDField()),
                ("viewers", fields.IntField()),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "live_presence",
                "app": "live",
                "pk_attr": "id",
                "table_description": "How many people watch a stream through one process, and when that process last said so.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LiveStreamRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("host_id", fields.UUIDField()),
                ("title", fields.TextField(unique=False)),
                ("cover_url", fields.TextField(null=True, unique=False)),
                ("status", fields.TextField(unique=False)),
                ("scheduled_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("viewer_count", fields.IntField(default=0)),
                ("peak_viewer_count", fields.IntField(default=0)),
                ("pinned_listing_id", fields.UUIDField(null=True)),
                ("sequence", fields.BigIntField(default=1)),
            ],
            options={
                "table": "live_streams",
                "app": "live",
                "pk_attr": "id",
                "table_description": "A stream; `sequence` counts its steps and is the lock under which everything about it changes.",
            },
            bases=["Model"],
        ),
    ]
