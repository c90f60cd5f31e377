"""How often passwords were guessed. The accounts' own counters stay for the version before, and go with the next."""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_20261129_purchases")]
    initial = False

    operations = [
        ops.CreateModel(
            name="GuessesRow",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=65)),
                ("instants", ArrayField(element_type="timestamptz")),
                ("over_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "guesses",
                "app": "accounts",
                "pk_attr": "name",
                "table_description": "When passwords were tried of late, newest first: of whom, tells only a hash.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(["CREATE INDEX guesses_over_at ON guesses (over_at)"]),
    ]
