"""Who has nothing to do with whom."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("follows", "0003_20261126_versions"), ("accounts", "0003_20261126_blocks")]
    initial = False

    operations = [
        ops.CreateModel(
            name="BlockRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("blocker_id", fields.UUIDField()),
                ("blocked_id", fields.UUIDField()),
            ],
            options={
                "table": "blocks",
                "app": "follows",
                "pk_attr": "id",
                "table_description": "One person's wish to have nothing to do with another; its id orders the list,"
                " newest first.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX blocks_pair ON blocks (blocker_id, blocked_id)",
                "CREATE INDEX blocks_list ON blocks (blocker_id, id)",
                "ALTER TABLE blocks ADD CONSTRAINT blocks_other CHECK (blocker_id <> blocked_id)",
                "ALTER TABLE blocks ADD CONSTRAINT blocks_blocker_fk FOREIGN KEY (blocker_id) REFERENCES accounts (id)",
                "ALTER TABLE blocks ADD CONSTRAINT blocks_blocked_fk FOREIGN KEY (blocked_id) REFERENCES accounts (id)",
            ]
        ),
    ]
