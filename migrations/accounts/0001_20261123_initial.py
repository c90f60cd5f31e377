from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="AccountRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("handle", fields.TextField(unique=False)),
                ("handle_key", fields.CharField(unique=True, max_length=96)),
                ("display_name", fields.TextField(unique=False)),
                ("bio", fields.TextField(default="", unique=False)),
                ("avatar_url", fields.TextField(null=True, unique=False)),
                ("password_hash", fields.TextField(unique=False)),
                ("is_kol", fields.BooleanField(default=False)),
                ("specialty", fields.TextField(null=True, unique=False)),
                ("follower_count", fields.IntField(default=0)),
                ("following_count", fields.IntField(default=0)),
                ("note_count", fields.IntField(default=0)),
                ("failed_sign_ins", fields.IntField(default=0)),
                ("locked_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "accounts", "app": "accounts", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RefreshTokenRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("session_id", fields.UUIDField()),
                ("token_hash", fields.BinaryField()),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "refresh_tokens",
                "app": "accounts",
                "pk_attr": "id",
                "table_description": "A refresh token, used once. One that comes a second time was stolen, or its thief's successor was.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SessionRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("account_id", fields.UUIDField()),
                ("access_hash", fields.BinaryField()),
                ("access_expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sessions",
                "app": "accounts",
                "pk_attr": "id",
                "table_description": "A signed-in device. Tokens are kept as SHA-256 only.",
            },
            bases=["Model"],
        ),
    ]
