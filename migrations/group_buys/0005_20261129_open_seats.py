"""Places that an offer's unfinished teams can still give, counted on its row: a unit is kept for each."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("group_buys", "0004_20261125_merchant_fills")]
    initial = False

    operations = [
        ops.RunSQL(["SET LOCAL lock_timeout = '5s'"]),
        ops.AddField("GroupBuyRow", "open_seats", fields.IntField(db_default=0)),
        ops.RunSQL(
            [
                "UPDATE group_buys g SET open_seats = t.open FROM (SELECT group_buy_id,"
                " sum(size - joined_count - held_count) AS open FROM teams WHERE status IN ('PENDING', 'OPEN')"
                " GROUP BY group_buy_id) t WHERE t.group_buy_id = g.id",
                "ALTER TABLE group_buys ADD CONSTRAINT group_buys_open_seats CHECK (open_seats >= 0)",
            ]
        ),
    ]
