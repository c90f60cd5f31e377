"""The table of follows."""

from tortoise import fields
from tortoise.models import Model


class FollowRow(Model):
    """One person's wish to hear of another; its id orders both lists, newest first."""

    id = fields.UUIDField(primary_key=True)
    follower_id = fields.UUIDField()
    followee_id = fields.UUIDField()

    class Meta:
        table = "follows"
