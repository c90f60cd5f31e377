"""What Tortoise's models cannot say of notes: checks, pairs that occur once, each list's order, and the hot score."""

from tortoise import migrations
from tortoise.migrations import operations as ops

_REFERENCES = (
    ("notes", "author_id", "accounts", ""),
    ("note_products", "note_id", "notes", ""),
    ("note_products", "product_id", "products", ""),
    ("note_topics", "note_id", "notes", ""),
    ("note_topics", "topic_id", "topics", ""),
    ("note_likes", "note_id", "notes", ""),
    ("note_likes", "user_id", "accounts", ""),
    ("note_collects", "note_id", "notes", ""),
    ("note_collects", "user_id", "accounts", ""),
    ("comments", "note_id", "notes", ""),
    ("comments", "author_id", "accounts", ""),
    ("comments", "reply_to_id", "comments", " ON DELETE SET NULL"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("notes", "0001_20261123_initial"),
        ("accounts", "0002_20261123_constraints"),
        ("catalogue", "0001_20261123_initial"),
    ]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "ALTER TABLE notes ADD CONSTRAINT notes_counters CHECK"
                " (like_count >= 0 AND collect_count >= 0 AND comment_count >= 0)",
                "ALTER TABLE notes ADD CONSTRAINT notes_kind CHECK (kind IN ('IMAGE', 'VIDEO', 'ARTICLE'))",
                # Ten times the engagement outweighs 45,000 seconds (twelve and a half hours) of age.
                "ALTER TABLE notes ADD COLUMN hot_score double precision NOT NULL GENERATED ALWAYS AS"
                " (log((1 + like_count + 2 * collect_count + 3 * comment_count)::double precision)"
                " + extract(epoch FROM published_at AT TIME ZONE 'UTC')::double precision / 45000) STORED",
                "CREATE INDEX notes_hot ON notes (hot_score DESC, id DESC) WHERE deleted_at IS NULL",
                "CREATE INDEX notes_by_author ON notes (author_id, id) WHERE deleted_at IS NULL",
                "ALTER TABLE topics ADD CONSTRAINT topics_counters CHECK (note_count >= 0)",
                "CREATE INDEX note_products_by_product ON note_products (product_id, note_id)",
                "CREATE UNIQUE INDEX note_products_order ON note_products (note_id, position)",
                "ALTER TABLE note_products ADD CONSTRAINT note_products_place CHECK"
                " (media_index >= 0 AND x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1)",
                "CREATE UNIQUE INDEX note_topics_by_topic ON note_topics (topic_id, note_id)",
                "CREATE UNIQUE INDEX note_topics_order ON note_topics (note_id, position)",
                "CREATE UNIQUE INDEX note_likes_pair ON note_likes (user_id, note_id)",
                "CREATE INDEX note_likes_by_note ON note_likes (note_id)",
                "CREATE UNIQUE INDEX note_collects_pair ON note_collects (user_id, note_id)",
                "CREATE INDEX note_collects_by_note ON note_collects (note_id)",
                "CREATE INDEX comments_by_note ON comments (note_id, id)",
                "CREATE INDEX comments_replies ON comments (reply_to_id) WHERE reply_to_id IS NOT NULL",
                *(
                    f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk"
                    f" FOREIGN KEY ({column}) REFERENCES {other} (id){on_delete}"
                    for table, column, other, on_delete in _REFERENCES
                ),
            ]
        ),
    ]
