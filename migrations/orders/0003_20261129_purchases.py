"""Counts the orders that arrived before anybody counted them."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_20261123_constraints"), ("accounts", "0004_20261129_purchases")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "UPDATE accounts a SET purchase_count = bought.orders FROM"
                " (SELECT buyer_id, count(*) AS orders FROM orders WHERE status = 'COMPLETED' GROUP BY buyer_id) bought"
                " WHERE a.id = bought.buyer_id",
            ]
        ),
    ]
