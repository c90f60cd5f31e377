"""What Tortoise's models cannot say of payments: one live attempt an order, never more back than came, what is due."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_20261123_initial")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "CREATE UNIQUE INDEX payments_once ON payments (payer_id, idempotency_key)",
                "CREATE UNIQUE INDEX payments_live ON payments (order_id) WHERE status IN ('PENDING', 'CAPTURED')",
                "CREATE INDEX payments_pending ON payments (reconcile_at) WHERE status = 'PENDING'",
                "ALTER TABLE payments ADD CONSTRAINT payments_states CHECK"
                " (status IN ('PENDING', 'CAPTURED', 'DECLINED') AND minor > 0"
                " AND refunding_minor >= 0 AND refunding_minor <= minor"
                " AND (refunding_minor = 0 OR status = 'CAPTURED'))",
                "ALTER TABLE refunds ADD CONSTRAINT refunds_payment_fk"
                " FOREIGN KEY (payment_id) REFERENCES payments (id)",
                "ALTER TABLE refunds ADD CONSTRAINT refunds_states CHECK"
                " (status IN ('PENDING', 'DONE', 'STUCK') AND minor > 0)",
                "CREATE INDEX refunds_due ON refunds (due_at) WHERE status <> 'DONE'",
                "CREATE INDEX refunds_of_order ON refunds (order_id)",
            ]
        ),
    ]
