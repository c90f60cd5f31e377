"""Tables of the ledger; append-only, which triggers enforce."""

from tortoise import fields
from tortoise.models import Model


class PostingRow(Model):
    """Why entries were made. A second posting of the same kind about the same thing is none."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.TextField()
    source = fields.UUIDField()
    posted_at = fields.DatetimeField()

    class Meta:
        table = "ledger_postings"


class EntryRow(Model):
    id = fields.BigIntField(primary_key=True)
    posting_id = fields.BigIntField()
    account = fields.TextField()
    minor = fields.BigIntField()
    currency = fields.CharField(3)

    class Meta:
        table = "ledger_entries"
