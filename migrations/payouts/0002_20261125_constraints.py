"""What Tortoise's models cannot say of payouts: one a key, sums that make sense, and what waits to be sent."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_20261125_initial")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "CREATE UNIQUE INDEX payouts_once ON payouts (shop_id, idempotency_key)",
                "CREATE INDEX payouts_of_shop ON payouts (shop_id, id)",
                "CREATE INDEX payouts_requested ON payouts (id) WHERE status = 'REQUESTED'",
                "ALTER TABLE payouts ADD CONSTRAINT payouts_states CHECK (status IN ('REQUESTED', 'PAID')"
                " AND (status = 'PAID') = (paid_at IS NOT NULL)"
                " AND minor > 0 AND commission_minor >= 0 AND commission_minor < minor)",
            ]
        ),
    ]
