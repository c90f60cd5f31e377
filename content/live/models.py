"""Tables of live streams."""

from tortoise import fields
from tortoise.models import Model


class LiveStreamRow(Model):
    """A stream; `sequence` counts its steps and is the lock under which everything about it changes."""

    id = fields.UUIDField(primary_key=True)
    host_id = fields.UUIDField()
    title = fields.TextField()
    cover_url = fields.TextField(null=True)
    status = fields.TextField()
    scheduled_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    viewer_count = fields.IntField(default=0)
    peak_viewer_count = fields.IntField(default=0)
    pinned_listing_id = fields.UUIDField(null=True)
    sequence = fields.BigIntField(default=1)

    class Meta:
        table = "live_streams"


class LiveListingRow(Model):
    """A product on a stream's table from the stream's `added_sequence` until its `removed_sequence`."""

    id = fields.UUIDField(primary_key=True)
    live_stream_id = fields.UUIDField()
    product_id = fields.UUIDField()
    group_buy_id = fields.UUIDField(null=True)
    position = fields.IntField()
    added_sequence = fields.BigIntField()
    removed_sequence = fields.BigIntField(null=True)
    # Whether it is listed and its stream is live: kept here so that one index finds it among all past streams.
    on_air = fields.BooleanField(default=False)
    # The group-buy's latest sequence that viewers were told of, so that none tells them of an older one.
    told_sequence = fields.BigIntField(default=0)

    class Meta:
        table = "live_listings"


class LiveMessageRow(Model):
    id = fields.UUIDField(primary_key=True)
    live_stream_id = fields.UUIDField()
    author_id = fields.UUIDField()
    body = fields.TextField()
    sent_at = fields.DatetimeField()
    sequence = fields.BigIntField()

    class Meta:
        table = "live_messages"


class LivePresenceRow(Model):
    """How many people watch a stream through one process, and when that process last said so."""

    id = fields.UUIDField(primary_key=True)
    live_stream_id = fields.UUIDField()
    process_id = fields.UUIDField()
    viewers = fields.IntField()
    seen_at = fields.DatetimeField()

    class Meta:
        table = "live_presence"
