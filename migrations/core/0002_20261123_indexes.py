"""What Tortoise's models cannot say of the outbox: partial indexes, and defaults for raw inserts."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("core", "0001_20261123_initial")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "CREATE INDEX outbox_unrelayed ON outbox (id) WHERE NOT relayed",
                "CREATE UNIQUE INDEX outbox_steps ON outbox (topic, sequence) WHERE topic IS NOT NULL",
                "CREATE INDEX outbox_recorded_at ON outbox (recorded_at)",
                "CREATE INDEX outbox_deliveries_due ON outbox_deliveries (lane, due_at, event_id)",
                "CREATE INDEX outbox_deliveries_event ON outbox_deliveries (event_id)",
                "ALTER TABLE outbox_deliveries ADD CONSTRAINT outbox_deliveries_event_fk"
                " FOREIGN KEY (event_id) REFERENCES outbox (id)",
            ]
        ),
    ]
