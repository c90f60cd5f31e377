"""The sandbox's books are read by time, as any network's are."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_20261125_stripe_intents")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "CREATE INDEX payments_sandbox_charges_times ON payments_sandbox_charges (created_at)",
                "CREATE INDEX payments_sandbox_refunds_of ON payments_sandbox_refunds (charge_key)",
            ]
        ),
    ]
