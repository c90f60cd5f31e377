"""Why a note is shown."""

from datetime import datetime, timedelta

from content.notes import Note

_FRESH = timedelta(days=1)
# Likes, collects and comments together, from which a fresh note is there for being loved.
_POPULAR = 10


def reason(note: Note, follows_author: bool, now: datetime) -> str:
    """Why a note is in somebody's DISCOVER feed."""
    if follows_author:
        return "FOLLOWED_AUTHOR"
    loved = note.like_count + note.collect_count + note.comment_count >= _POPULAR
    return "FRESH" if not loved and now - note.published_at < _FRESH else "POPULAR"
