"""The table of what is searched; losing it costs trends and suggestions, nothing else."""

from tortoise import fields
from tortoise.models import Model


class TermRow(Model):
    """A folded text and its heat (see `rules`). An operator may set `hidden`.

    The migration adds what Tortoise cannot declare: `searchers`, the marks of its first people, and whether it is
    `shown` for their number.
    """

    text = fields.CharField(30, primary_key=True)
    heat = fields.FloatField()
    hidden = fields.BooleanField(db_default=False)

    class Meta:
        table = "search_terms"
