"""What Tortoise's models cannot say of follows: one per pair, nobody of themselves, and both lists' orders."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("follows", "0001_20261123_initial"), ("accounts", "0002_20261123_constraints")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "CREATE UNIQUE INDEX follows_pair ON follows (follower_id, followee_id)",
                "CREATE INDEX follows_following ON follows (follower_id, id)",
                "CREATE INDEX follows_followers ON follows (followee_id, id)",
                "ALTER TABLE follows ADD CONSTRAINT follows_other CHECK (follower_id <> followee_id)",
                "ALTER TABLE follows ADD CONSTRAINT follows_follower_fk"
                " FOREIGN KEY (follower_id) REFERENCES accounts (id)",
                "ALTER TABLE follows ADD CONSTRAINT follows_followee_fk"
                " FOREIGN KEY (followee_id) REFERENCES accounts (id)",
            ]
        ),
    ]
