"""What Tortoise's models cannot say of shops: whose they are."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("shops", "0001_20261123_initial"), ("accounts", "0001_20261123_initial")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "ALTER TABLE shops ADD CONSTRAINT shops_owner_fk FOREIGN KEY (owner_id) REFERENCES accounts (id)",
            ]
        ),
    ]
