"""Counters that are kept beside what they count: each must be what counting anew gives."""

from typing import Final

from commerce.checkout.invariants import Invariant, Violation
from core import db

COUNTERS: Final = (
    Invariant(
        "follower_count",
        "A person's follower_count is the number of rows that follow them.",
        "SELECT 'account ' || a.id, format('%s instead of %s', a.follower_count, count(f.followee_id)) FROM accounts a"
        " LEFT JOIN follows f ON f.followee_id = a.id GROUP BY a.id HAVING a.follower_count <> count(f.followee_id)",
    ),
    Invariant(
        "following_count",
        "A person's following_count is the number of rows by which they follow.",
        "SELECT 'account ' || a.id, format('%s instead of %s', a.following_count, count(f.follower_id)) FROM accounts a"
        " LEFT JOIN follows f ON f.follower_id = a.id GROUP BY a.id HAVING a.following_count <> count(f.follower_id)",
    ),
    Invariant(
        "author_note_count",
        "A person's note_count is the number of their notes that are not deleted.",
        "SELECT 'account ' || a.id, format('%s instead of %s', a.note_count, count(n.id)) FROM accounts a"
        " LEFT JOIN notes n ON n.author_id = a.id AND n.deleted_at IS NULL"
        " GROUP BY a.id HAVING a.note_count <> count(n.id)",
    ),
    Invariant(
        "note_like_count",
        "A note's like_count is the number of its likes.",
        "SELECT 'note ' || n.id, format('%s instead of %s', n.like_count, count(l.note_id)) FROM notes n"
        " LEFT JOIN note_likes l ON l.note_id = n.id WHERE n.deleted_at IS NULL"
        " GROUP BY n.id HAVING n.like_count <> count(l.note_id)",
    ),
    Invariant(
        "note_collect_count",
        "A note's collect_count is the number of its collections.",
        "SELECT 'note ' || n.id, format('%s instead of %s', n.collect_count, count(c.note_id)) FROM notes n"
        " LEFT JOIN note_collects c ON c.note_id = n.id WHERE n.deleted_at IS NULL"
        " GROUP BY n.id HAVING n.collect_count <> count(c.note_id)",
    ),
    Invariant(
        "note_comment_count",
        "A note's comment_count is the number of its comments.",
        "SELECT 'note ' || n.id, format('%s instead of %s', n.comment_count, count(c.id)) FROM notes n"
        " LEFT JOIN comments c ON c.note_id = n.id WHERE n.deleted_at IS NULL"
        " GROUP BY n.id HAVING n.comment_count <> count(c.id)",
    ),
    Invariant(
        "topic_note_count",
        "A topic's note_count is the number of its notes that are not deleted.",
        "SELECT 'topic ' || t.id, format('%s instead of %s', t.note_count, count(n.id)) FROM topics t"
        " LEFT JOIN note_topics nt ON nt.topic_id = t.id"
        " LEFT JOIN notes n ON n.id = nt.note_id AND n.deleted_at IS NULL"
        " GROUP BY t.id HAVING t.note_count <> count(n.id)",
    ),
)


async def drifts() -> list[Violation]:
    """Every counter that is not what it counts."""
    return [Violation(counter.name, *row) for counter in COUNTERS for row in await db.rows(counter.sql)]
