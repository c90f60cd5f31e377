"""All writes of notes: publishing, engagement and comments."""

from content.notes.actions.comments import add_comment, delete_comment
from content.notes.actions.engagement import collect, like, uncollect, unlike
from content.notes.actions.publishing import delete, publish, update

__all__ = [
    "add_comment",
    "collect",
    "delete",
    "delete_comment",
    "like",
    "publish",
    "uncollect",
    "unlike",
    "update",
]
