"""What Tortoise's models cannot say of group-buys: no unit or place twice, one live seat a person, and what is due."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [
        ("group_buys", "0001_20261123_initial"),
        ("accounts", "0001_20261123_initial"),
        ("catalogue", "0001_20261123_initial"),
        ("orders", "0001_20261123_initial"),
    ]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "ALTER TABLE group_buys ADD CONSTRAINT group_buys_units CHECK"
                " (held >= 0 AND sold >= 0 AND held + sold <= stock AND joined_count >= 0)",
                "ALTER TABLE group_buys ADD CONSTRAINT group_buys_terms CHECK (price_minor > 0 AND stock >= 1"
                " AND team_size BETWEEN 2 AND 100 AND team_ttl_seconds BETWEEN 5 AND 604800"
                " AND per_user_limit BETWEEN 1 AND 999 AND ends_at > starts_at)",
                "ALTER TABLE group_buys ADD CONSTRAINT group_buys_phases CHECK"
                " (phase IN ('SCHEDULED', 'RUNNING', 'ENDED', 'CLOSED'))",
                "ALTER TABLE group_buys ADD CONSTRAINT group_buys_variant_fk"
                " FOREIGN KEY (variant_id) REFERENCES variants (id)",
                "CREATE INDEX group_buys_of_product ON group_buys (product_id, ends_at, id) WHERE phase <> 'CLOSED'",
                "CREATE INDEX group_buys_of_variant ON group_buys (variant_id)",
                "CREATE INDEX group_buys_ending_soon ON group_buys (ends_at, id) WHERE phase <> 'CLOSED'",
                "CREATE INDEX group_buys_newest ON group_buys (id DESC) WHERE phase <> 'CLOSED'",
                "CREATE INDEX group_buys_popular ON group_buys (joined_count DESC, id DESC) WHERE phase <> 'CLOSED'",
                "CREATE INDEX group_buys_to_start ON group_buys (starts_at) WHERE phase = 'SCHEDULED'",
                "CREATE INDEX group_buys_to_end ON group_buys (ends_at) WHERE phase = 'RUNNING'",
                "CREATE INDEX group_buys_to_close ON group_buys (id) WHERE phase = 'ENDED'",
                "ALTER TABLE teams ADD CONSTRAINT teams_places CHECK"
                " (size >= 2 AND joined_count >= 0 AND held_count >= 0 AND joined_count + held_count <= size)",
                "ALTER TABLE teams ADD CONSTRAINT teams_states CHECK (CASE status"
                " WHEN 'PENDING' THEN opened_at IS NULL AND closed_at IS NULL AND joined_count = 0"
                " WHEN 'OPEN' THEN opened_at IS NOT NULL AND expires_at IS NOT NULL AND closed_at IS NULL"
                " AND joined_count < size"
                " WHEN 'SUCCEEDED' THEN opened_at IS NOT NULL AND closed_at IS NOT NULL AND joined_count = size"
                " WHEN 'FAILED' THEN closed_at IS NOT NULL AND joined_count < size AND held_count = 0"
                " ELSE false END)",
                "ALTER TABLE teams ADD CONSTRAINT teams_group_buy_fk"
                " FOREIGN KEY (group_buy_id) REFERENCES group_buys (id)",
                "ALTER TABLE teams ADD CONSTRAINT teams_leader_fk FOREIGN KEY (leader_id) REFERENCES accounts (id)",
                "CREATE INDEX teams_open ON teams (group_buy_id, (size - joined_count), id) WHERE status = 'OPEN'",
                "CREATE INDEX teams_unfinished ON teams (group_buy_id) WHERE status IN ('PENDING', 'OPEN')",
                "CREATE INDEX teams_due ON teams (expires_at) WHERE status = 'OPEN'",
                "ALTER TABLE seats ADD CONSTRAINT seats_states CHECK (quantity > 0 AND CASE status"
                " WHEN 'HELD' THEN held_until IS NOT NULL AND paid_at IS NULL"
                " WHEN 'RELEASED' THEN held_until IS NULL AND paid_at IS NULL"
                " WHEN 'PAID' THEN held_until IS NULL AND paid_at IS NOT NULL AND left_sequence IS NULL"
                " WHEN 'CONFIRMED' THEN held_until IS NULL AND paid_at IS NOT NULL AND left_sequence IS NULL"
                " WHEN 'REFUNDING' THEN held_until IS NULL AND paid_at IS NOT NULL"
                " WHEN 'REFUNDED' THEN held_until IS NULL AND paid_at IS NOT NULL"
                " ELSE false END AND (paid_at IS NULL) = (joined_sequence IS NULL))",
                "ALTER TABLE seats ADD CONSTRAINT seats_team_fk FOREIGN KEY (team_id) REFERENCES teams (id)",
                "ALTER TABLE seats ADD CONSTRAINT seats_group_buy_fk"
                " FOREIGN KEY (group_buy_id) REFERENCES group_buys (id)",
                "ALTER TABLE seats ADD CONSTRAINT seats_user_fk FOREIGN KEY (user_id) REFERENCES accounts (id)",
                "ALTER TABLE seats ADD CONSTRAINT seats_order_fk FOREIGN KEY (order_id) REFERENCES orders (id)",
                "CREATE UNIQUE INDEX seats_one_an_order ON seats (order_id)",
                "CREATE UNIQUE INDEX seats_one_a_person ON seats (team_id, user_id)"
                " WHERE status IN ('HELD', 'PAID', 'CONFIRMED')",
                "CREATE INDEX seats_of_team ON seats (team_id, joined_sequence)",
                "CREATE INDEX seats_of_person_in_offer ON seats (group_buy_id, user_id)",
                "CREATE INDEX seats_of_person ON seats (user_id, team_id DESC)",
                "CREATE INDEX seats_due ON seats (held_until) WHERE status = 'HELD'",
            ]
        ),
    ]
