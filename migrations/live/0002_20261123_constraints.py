"""What Tortoise's models cannot say of live streams: checks, references, and the indexes of their reads."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [
        ("live", "0001_20261123_initial"),
        ("accounts", "0002_20261123_constraints"),
        ("catalogue", "0002_20261123_constraints"),
        ("group_buys", "0002_20261123_constraints"),
    ]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                # Every step rewrites the stream's row: room beside it keeps the update off the indexes.
                "ALTER TABLE live_streams SET (fillfactor = 50)",
                "ALTER TABLE live_streams ADD CONSTRAINT live_streams_status CHECK"
                " (status IN ('SCHEDULED', 'LIVE', 'ENDED', 'CANCELLED'))",
                "ALTER TABLE live_streams ADD CONSTRAINT live_streams_started CHECK"
                " ((started_at IS NOT NULL) = (status IN ('LIVE', 'ENDED')))",
                "ALTER TABLE live_streams ADD CONSTRAINT live_streams_ended CHECK"
                " ((ended_at IS NOT NULL) = (status = 'ENDED'))",
                "ALTER TABLE live_streams ADD CONSTRAINT live_streams_viewers CHECK"
                " (viewer_count BETWEEN 0 AND peak_viewer_count AND (status = 'LIVE' OR viewer_count = 0))",
                "ALTER TABLE live_streams ADD CONSTRAINT live_streams_host_fk"
                " FOREIGN KEY (host_id) REFERENCES accounts (id)",
                "CREATE INDEX live_streams_by_host ON live_streams (host_id, id DESC)",
                "CREATE INDEX live_streams_by_status ON live_streams (status, id DESC)",
                "ALTER TABLE live_listings ADD CONSTRAINT live_listings_stream_fk"
                " FOREIGN KEY (live_stream_id) REFERENCES live_streams (id)",
                "ALTER TABLE live_listings ADD CONSTRAINT live_listings_product_fk"
                " FOREIGN KEY (product_id) REFERENCES products (id)",
                "ALTER TABLE live_listings ADD CONSTRAINT live_listings_group_buy_fk"
                " FOREIGN KEY (group_buy_id) REFERENCES group_buys (id)",
                "ALTER TABLE live_streams ADD CONSTRAINT live_streams_pinned_fk"
                " FOREIGN KEY (pinned_listing_id) REFERENCES live_listings (id)",
                "ALTER TABLE live_listings ADD CONSTRAINT live_listings_removed CHECK"
                " (removed_sequence IS NULL OR (removed_sequence > added_sequence AND NOT on_air))",
                "CREATE UNIQUE INDEX live_listings_position ON live_listings (live_stream_id, position)",
                "CREATE UNIQUE INDEX live_listings_product ON live_listings (live_stream_id, product_id)"
                " WHERE removed_sequence IS NULL",
                "CREATE INDEX live_listings_product_on_air ON live_listings (product_id) WHERE on_air",
                "CREATE INDEX live_listings_group_buy_on_air ON live_listings (group_buy_id) WHERE on_air",
                "ALTER TABLE live_messages ADD CONSTRAINT live_messages_stream_fk"
                " FOREIGN KEY (live_stream_id) REFERENCES live_streams (id)",
                "ALTER TABLE live_messages ADD CONSTRAINT live_messages_author_fk"
                " FOREIGN KEY (author_id) REFERENCES accounts (id)",
                "CREATE UNIQUE INDEX live_messages_by_stream ON live_messages (live_stream_id, sequence DESC)",
                "ALTER TABLE live_presence ADD CONSTRAINT live_presence_stream_fk"
                " FOREIGN KEY (live_stream_id) REFERENCES live_streams (id)",
                "ALTER TABLE live_presence ADD CONSTRAINT live_presence_viewers CHECK (viewers > 0)",
                "CREATE UNIQUE INDEX live_presence_process ON live_presence (live_stream_id, process_id)",
            ]
        ),
    ]
