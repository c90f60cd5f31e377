"""Places that a shop fills: the team needs fewer people, and nobody is shown in their stead."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("group_buys", "0003_20261125_ladders")]
    initial = False

    operations = [
        ops.RunSQL(["SET LOCAL lock_timeout = '5s'"]),
        ops.AddField("TeamRow", "merchant_filled_count", fields.IntField(db_default=0)),
        ops.RunSQL(
            [
                "ALTER TABLE teams DROP CONSTRAINT teams_places",
                "ALTER TABLE teams ADD CONSTRAINT teams_places CHECK (spare_size >= 0 AND merchant_filled_count >= 0"
                " AND size - spare_size + merchant_filled_count >= 2 AND joined_count >= 0 AND held_count >= 0"
                " AND joined_count + held_count <= size"
                " AND (merchant_filled_count = 0 OR status = 'SUCCEEDED' AND joined_count = size))",
            ]
        ),
    ]
