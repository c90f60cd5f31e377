"""Finds a buyer's unpaid orders, however many there are of others."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_20261129_purchases")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "CREATE INDEX orders_unpaid ON orders (buyer_id) WHERE status = 'PENDING_PAYMENT'",
            ]
        ),
    ]
