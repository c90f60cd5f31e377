"""How many each person blocked."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_20261123_constraints")]
    initial = False

    operations = [
        ops.RunSQL(["SET LOCAL lock_timeout = '5s'"]),
        ops.AddField("AccountRow", "block_count", fields.IntField(db_default=0)),
        ops.RunSQL(["ALTER TABLE accounts ADD CONSTRAINT accounts_blocks CHECK (block_count >= 0)"]),
    ]
