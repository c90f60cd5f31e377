"""What Tortoise's models cannot say of searched terms: their first people, whether they are shown, and indexes."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("search", "0001_20261126_initial")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "ALTER TABLE search_terms ADD COLUMN searchers bigint[] NOT NULL",
                # As search/terms/rules.py has it.
                "ALTER TABLE search_terms ADD COLUMN shown boolean NOT NULL"
                " GENERATED ALWAYS AS (cardinality(searchers) >= 3) STORED",
                "CREATE INDEX search_terms_hottest ON search_terms (heat DESC, text) WHERE shown AND NOT hidden",
                "CREATE INDEX search_terms_coldest ON search_terms (heat)",
            ]
        ),
    ]
