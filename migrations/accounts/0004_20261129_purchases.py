"""How many orders of each person arrived."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_20261126_blocks")]
    initial = False

    operations = [
        ops.RunSQL(["SET LOCAL lock_timeout = '5s'"]),
        ops.AddField("AccountRow", "purchase_count", fields.IntField(db_default=0)),
    ]
