"""The tables behind the outbox."""

from tortoise import fields
from tortoise.models import Model


class OutboxEvent(Model):
    """A fact that was committed with the change it tells of. With a topic, it is also a step of that topic's stream."""

    id = fields.BigIntField(primary_key=True)
    name = fields.TextField()
    payload: fields.JSONField[dict[str, object]] = fields.JSONField()
    topic = fields.TextField(null=True)
    sequence = fields.BigIntField(null=True)
    relayed = fields.BooleanField(default=False)
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "outbox"


class Delivery(Model):
    """An event that a lane has still to handle; gone once it has."""

    id = fields.BigIntField(primary_key=True)
    lane = fields.TextField()
    event_id = fields.BigIntField()
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField()

    class Meta:
        table = "outbox_deliveries"
