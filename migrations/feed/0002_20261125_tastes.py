"""What Tortoise's models cannot say of taste: tables with keys of two columns; and the taste that was there before."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("feed", "0001_20261125_initial"), ("notes", "0002_20261123_constraints")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "ALTER TABLE feed_items ADD CONSTRAINT feed_items_kind CHECK (kind IN ('NOTE', 'PRODUCT'))",
                "CREATE INDEX feed_items_changed ON feed_items (changed_at) WHERE changed_at IS NOT NULL",
                "CREATE TABLE feed_tastes (user_id uuid NOT NULL, item_id uuid NOT NULL, strength real NOT NULL,"
                " engaged_at timestamptz NOT NULL, PRIMARY KEY (user_id, item_id),"
                " CONSTRAINT feed_tastes_strength CHECK (strength > 0))",
                "CREATE INDEX feed_tastes_by_user ON feed_tastes (user_id, engaged_at DESC) INCLUDE (item_id)",
                "CREATE INDEX feed_tastes_by_item ON feed_tastes (item_id, engaged_at DESC) INCLUDE (user_id)",
                "CREATE TABLE feed_neighbours (target_id uuid NOT NULL, source_id uuid NOT NULL, kind text NOT NULL,"
                " weight real NOT NULL, PRIMARY KEY (target_id, source_id))",
                "CREATE INDEX feed_neighbours_by_source ON feed_neighbours (source_id, kind, weight DESC)"
                " INCLUDE (target_id)",
                # One kind of engagement is 0.6, each further one 0.2 more: as content/feed/rules.py has it.
                "INSERT INTO feed_tastes (user_id, item_id, strength, engaged_at)"
                " SELECT user_id, note_id, 0.4 + 0.2 * count(*), now() FROM"
                " (SELECT user_id, note_id FROM note_likes UNION ALL SELECT user_id, note_id FROM note_collects"
                " UNION ALL SELECT DISTINCT author_id, note_id FROM comments) e GROUP BY user_id, note_id",
                "INSERT INTO feed_items (id, kind, engaged, changed_at)"
                " SELECT item_id, 'NOTE', count(*), now() FROM feed_tastes GROUP BY item_id",
            ]
        ),
    ]
