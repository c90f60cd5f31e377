"""The tables of taste: a read model, made anew from likes, collects, comments and orders whenever it is lost.

Two of them have keys of two columns, which Tortoise cannot declare: `feed_tastes` (who engaged with what, how much,
when) and `feed_neighbours` (how much one item speaks for another) are in the migration alone.
"""

from tortoise import fields
from tortoise.models import Model


class ItemRow(Model):
    """A note or a product that somebody engaged with; `changed_at` is set while its neighbours are to be learned."""

    id = fields.UUIDField(primary_key=True)
    kind = fields.TextField()
    engaged = fields.IntField(default=0)
    changed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "feed_items"
