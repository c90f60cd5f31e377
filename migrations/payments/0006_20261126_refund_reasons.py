"""A refund's reason is one of those that are known."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_20261125_sandbox_times")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "ALTER TABLE refunds ADD CONSTRAINT refunds_reasons CHECK (reason IN ('LEFT_TEAM', 'TEAM_FAILED',"
                " 'PAID_TOO_LATE', 'CANCELLED', 'PRICE_TIER', 'SHOP'))",
            ]
        ),
    ]
