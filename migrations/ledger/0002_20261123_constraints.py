"""What makes the ledger one: entries that sum to zero when their transaction commits, and that nobody changes after."""

from tortoise import migrations
from tortoise.migrations import operations as ops

_BALANCED = """
CREATE FUNCTION ledger_check_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_entries WHERE posting_id = NEW.posting_id GROUP BY currency HAVING sum(minor) <> 0) THEN
        RAISE EXCEPTION 'ledger posting % does not sum to zero', NEW.posting_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
"""

_FOREVER = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_20261123_initial")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "CREATE UNIQUE INDEX ledger_postings_once ON ledger_postings (kind, source)",
                "ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_posting_fk"
                " FOREIGN KEY (posting_id) REFERENCES ledger_postings (id)",
                "ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_not_zero CHECK (minor <> 0)",
                "CREATE INDEX ledger_entries_posting ON ledger_entries (posting_id)",
                "CREATE INDEX ledger_entries_account ON ledger_entries (account, currency)",
                _BALANCED,
                "CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON ledger_entries"
                " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_balanced()",
                _FOREVER,
                "CREATE TRIGGER ledger_entries_forever BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries"
                " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
                "CREATE TRIGGER ledger_postings_forever BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_postings"
                " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
            ]
        ),
    ]
