"""The tables of follows."""

from tortoise import fields
from tortoise.models import Model


class FollowRow(Model):
    """One person's wish to hear of another; its id orders both lists, newest first."""

    id = fields.UUIDField(primary_key=True)
    follower_id = fields.UUIDField()
    followee_id = fields.UUIDField()

    class Meta:
        table = "follows"


class VersionRow(Model):
    """Which version of whom a person follows is the present one: each follow and unfollow raises it."""

    follower_id = fields.UUIDField(primary_key=True)
    version = fields.BigIntField()

    class Meta:
        table = "follow_versions"


class BlockRow(Model):
    """One person's wish to have nothing to do with another; its id orders the list, newest first."""

    id = fields.UUIDField(primary_key=True)
    blocker_id = fields.UUIDField()
    blocked_id = fields.UUIDField()

    class Meta:
        table = "blocks"


class CrowdRow(Model):
    """An author who has, or once had, more followers than can be told one by one."""

    author_id = fields.UUIDField(primary_key=True)

    class Meta:
        table = "follow_crowds"
