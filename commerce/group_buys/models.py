"""Tables of group-buys."""

from tortoise import fields
from tortoise.models import Model


class GroupBuyRow(Model):
    """An offer. Whoever changes anything in it, its teams or their seats locks this row first."""

    id = fields.UUIDField(primary_key=True)
    shop_id = fields.UUIDField()
    product_id = fields.UUIDField()
    variant_id = fields.UUIDField()
    title = fields.TextField()
    price_minor = fields.BigIntField()
    currency = fields.CharField(3)
    team_size = fields.IntField()
    team_ttl_seconds = fields.IntField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    stock = fields.IntField()
    held = fields.IntField(default=0)
    sold = fields.IntField(default=0)
    per_user_limit = fields.IntField()
    joined_count = fields.IntField(default=0)
    phase = fields.TextField()
    sequence = fields.BigIntField(default=0)
    ladder: fields.JSONField[list[list[int]]] = fields.JSONField(db_default="[]")
    open_seats = fields.IntField(db_default=0)

    class Meta:
        table = "group_buys"


class TeamRow(Model):
    """A team of an offer."""

    id = fields.UUIDField(primary_key=True)
    group_buy_id = fields.UUIDField()
    leader_id = fields.UUIDField()
    size = fields.IntField()
    joined_count = fields.IntField(default=0)
    held_count = fields.IntField(default=0)
    status = fields.TextField()
    opened_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    sequence = fields.BigIntField(default=0)
    spare_size = fields.IntField(db_default=0)
    merchant_filled_count = fields.IntField(db_default=0)

    class Meta:
        table = "teams"


class SeatRow(Model):
    """A place in a team: one order's, never sold twice."""

    id = fields.UUIDField(primary_key=True)
    team_id = fields.UUIDField()
    group_buy_id = fields.UUIDField()
    user_id = fields.UUIDField()
    order_id = fields.UUIDField()
    quantity = fields.IntField()
    status = fields.TextField()
    held_until = fields.DatetimeField(null=True)
    paid_at = fields.DatetimeField(null=True)
    joined_sequence = fields.BigIntField(null=True)
    left_sequence = fields.BigIntField(null=True)

    class Meta:
        table = "seats"
