from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="FollowRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("follower_id", fields.UUIDField()),
                ("followee_id", fields.UUIDField()),
            ],
            options={
                "table": "follows",
                "app": "follows",
                "pk_attr": "id",
                "table_description": "One person's wish to hear of another; its id orders both lists, newest first.",
            },
            bases=["Model"],
        ),
    ]
