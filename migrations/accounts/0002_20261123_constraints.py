"""What Tortoise's models cannot say of accounts: checks, unique hashes, and references."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_20261123_initial")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "ALTER TABLE accounts ADD CONSTRAINT accounts_counters CHECK"
                " (follower_count >= 0 AND following_count >= 0 AND note_count >= 0)",
                "CREATE UNIQUE INDEX sessions_access_hash ON sessions (access_hash)",
                "ALTER TABLE sessions ADD CONSTRAINT sessions_account_fk"
                " FOREIGN KEY (account_id) REFERENCES accounts (id)",
                "CREATE UNIQUE INDEX refresh_tokens_token_hash ON refresh_tokens (token_hash)",
                "CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id)",
                "ALTER TABLE refresh_tokens ADD CONSTRAINT refresh_tokens_session_fk"
                " FOREIGN KEY (session_id) REFERENCES sessions (id)",
            ]
        ),
    ]
