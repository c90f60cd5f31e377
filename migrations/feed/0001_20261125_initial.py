from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="ItemRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("kind", fields.TextField(unique=False)),
                ("engaged", fields.IntField(default=0)),
                ("changed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "feed_items",
                "app": "feed",
                "pk_attr": "id",
                "table_description": "A note or a product that somebody engaged with; `changed_at` is set while its neighbours are to be learned.",
            },
            bases=["Model"],
        ),
    ]
