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
            name="CommentRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("note_id", fields.UUIDField()),
                ("author_id", fields.UUIDField()),
                ("body", fields.TextField(unique=False)),
                ("reply_to_id", fields.UUIDField(null=True)),
                ("like_count", fields.IntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "comments",
                "app": "notes",
                "pk_attr": "id",
                "table_description": "What somebody says of a note. Deleting one clears `reply_to_id` of its replies.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NoteCollectRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("note_id", fields.UUIDField()),
                ("user_id", fields.UUIDField()),
            ],
            options={"table": "note_collects", "app": "notes", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NoteLikeRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("note_id", fields.UUIDField()),
                ("user_id", fields.UUIDField()),
            ],
            options={"table": "note_likes", "app": "notes", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NoteProductRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("note_id", fields.UUIDField()),
                ("product_id", fields.UUIDField()),
                ("position", fields.SmallIntField()),
                ("media_index", fields.SmallIntField(null=True)),
                ("x", fields.FloatField(null=True)),
                ("y", fields.FloatField(null=True)),
            ],
            options={
                "table": "note_products",
                "app": "notes",
                "pk_attr": "id",
                "table_description": "A product pinned on a note; gone with the note.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NoteRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("author_id", fields.UUIDField()),
                ("kind", fields.TextField(unique=False)),
                ("title", fields.TextField(unique=False)),
                ("body", fields.TextField(unique=False)),
                ("media", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("is_sponsored", fields.BooleanField()),
                ("like_count", fields.IntField(default=0)),
                ("collect_count", fields.IntField(default=0)),
                ("comment_count", fields.IntField(default=0)),
                ("published_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("deleted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "notes", "app": "notes", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NoteTopicRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("note_id", fields.UUIDField()),
                ("topic_id", fields.UUIDField()),
                ("position", fields.SmallIntField()),
            ],
            options={
                "table": "note_topics",
                "app": "notes",
                "pk_attr": "id",
                "table_description": "A note's being about a topic; gone with the note.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TopicRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("name", fields.TextField(unique=False)),
                ("name_key", fields.CharField(unique=True, max_length=600)),
                ("note_count", fields.IntField(default=0)),
            ],
            options={
                "table": "topics",
                "app": "notes",
                "pk_attr": "id",
                "table_description": "A topic under the name that it was first given; `name_key` is what makes two names the same.",
            },
            bases=["Model"],
        ),
    ]
