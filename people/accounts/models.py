"""Tables of accounts and sessions."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class AccountRow(Model):
    id = fields.UUIDField(primary_key=True)
    handle = fields.TextField()
    # 30 characters, of which casefolding makes up to three each.
    handle_key = fields.CharField(96, unique=True)
    display_name = fields.TextField()
    bio = fields.TextField(default="")
    avatar_url = fields.TextField(null=True)
    password_hash = fields.TextField()
    is_kol = fields.BooleanField(default=False)
    specialty = fields.TextField(null=True)
    follower_count = fields.IntField(default=0)
    following_count = fields.IntField(default=0)
    note_count = fields.IntField(default=0)
    block_count = fields.IntField(db_default=0)
    purchase_count = fields.IntField(db_default=0)
    # Of the version before; they go with the next.
    failed_sign_ins = fields.IntField(default=0)
    locked_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "accounts"


class SessionRow(Model):
    """A signed-in device. Tokens are kept as SHA-256 only."""

    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField()
    access_hash = fields.BinaryField()
    access_expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "sessions"


class RefreshTokenRow(Model):
    """A refresh token, used once. One that comes a second time was stolen, or its thief's successor was."""

    id = fields.UUIDField(primary_key=True)
    session_id = fields.UUIDField()
    token_hash = fields.BinaryField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refresh_tokens"


class GuessesRow(Model):
    """When passwords were tried of late, newest first: of whom, tells only a hash."""

    name = fields.CharField(65, primary_key=True)
    instants: ArrayField = ArrayField(element_type="timestamptz")
    over_at = fields.DatetimeField()

    class Meta:
        table = "guesses"
