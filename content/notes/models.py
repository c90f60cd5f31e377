"""Tables of notes.

`notes.hot_score` is not here: PostgreSQL computes it (see the migration), so that it never lags behind its counters.
"""

from tortoise import fields
from tortoise.models import Model


class NoteRow(Model):
    id = fields.UUIDField(primary_key=True)
    author_id = fields.UUIDField()
    kind = fields.TextField()
    title = fields.TextField()
    body = fields.TextField()
    media: fields.JSONField[list[dict[str, object]]] = fields.JSONField()
    is_sponsored = fields.BooleanField()
    like_count = fields.IntField(default=0)
    collect_count = fields.IntField(default=0)
    comment_count = fields.IntField(default=0)
    published_at = fields.DatetimeField()
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notes"


class NoteProductRow(Model):
    """A product pinned on a note; gone with the note."""

    id = fields.UUIDField(primary_key=True)
    note_id = fields.UUIDField()
    product_id = fields.UUIDField()
    position = fields.SmallIntField()
    media_index = fields.SmallIntField(null=True)
    x = fields.FloatField(null=True)
    y = fields.FloatField(null=True)

    class Meta:
        table = "note_products"


class TopicRow(Model):
    """A topic under the name that it was first given; `name_key` is what makes two names the same."""

    id = fields.UUIDField(primary_key=True)
    name = fields.TextField()
    # 30 characters, of which compatibility forms make up to 18 each.
    name_key = fields.CharField(600, unique=True)
    note_count = fields.IntField(default=0)

    class Meta:
        table = "topics"


class NoteTopicRow(Model):
    """A note's being about a topic; gone with the note."""

    id = fields.UUIDField(primary_key=True)
    note_id = fields.UUIDField()
    topic_id = fields.UUIDField()
    position = fields.SmallIntField()

    class Meta:
        table = "note_topics"


class NoteLikeRow(Model):
    id = fields.UUIDField(primary_key=True)
    note_id = fields.UUIDField()
    user_id = fields.UUIDField()

    class Meta:
        table = "note_likes"


class NoteCollectRow(Model):
    id = fields.UUIDField(primary_key=True)
    note_id = fields.UUIDField()
    user_id = fields.UUIDField()

    class Meta:
        table = "note_collects"


class CommentRow(Model):
    """What somebody says of a note. Deleting one clears `reply_to_id` of its replies."""

    id = fields.UUIDField(primary_key=True)
    note_id = fields.UUIDField()
    author_id = fields.UUIDField()
    body = fields.TextField()
    reply_to_id = fields.UUIDField(null=True)
    like_count = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        table = "comments"
