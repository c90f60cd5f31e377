"""Price ladders: lower prices of larger teams, and the people in a team beyond those whom it needs."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("group_buys", "0002_20261123_constraints")]
    initial = False

    operations = [
        ops.RunSQL(["SET LOCAL lock_timeout = '5s'"]),
        ops.AddField("GroupBuyRow", "ladder", fields.JSONField(db_default="[]", encoder=JSON_DUMPS, decoder=loads)),
        ops.AddField("TeamRow", "spare_size", fields.IntField(db_default=0)),
        ops.RunSQL(
            [
                "ALTER TABLE group_buys ADD CONSTRAINT group_buys_ladder CHECK (jsonb_typeof(ladder) = 'array')",
                "ALTER TABLE teams DROP CONSTRAINT teams_places, DROP CONSTRAINT teams_states",
                "ALTER TABLE teams ADD CONSTRAINT teams_places CHECK (spare_size >= 0 AND size - spare_size >= 2"
                " AND joined_count >= 0 AND held_count >= 0 AND joined_count + held_count <= size)",
                "ALTER TABLE teams ADD CONSTRAINT teams_states CHECK (CASE status"
                " WHEN 'PENDING' THEN opened_at IS NULL AND closed_at IS NULL AND joined_count = 0"
                " WHEN 'OPEN' THEN opened_at IS NOT NULL AND expires_at IS NOT NULL AND closed_at IS NULL"
                " AND joined_count < size"
                " WHEN 'SUCCEEDED' THEN opened_at IS NOT NULL AND closed_at IS NOT NULL"
                " AND joined_count >= size - spare_size AND held_count = 0"
                " WHEN 'FAILED' THEN closed_at IS NOT NULL AND joined_count < size - spare_size AND held_count = 0"
                " ELSE false END)",
            ]
        ),
    ]
