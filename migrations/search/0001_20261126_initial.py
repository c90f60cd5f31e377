from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="TermRow",
            fields=[
                ("text", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=30)),
                ("heat", fields.FloatField()),
                ("hidden", fields.BooleanField(db_default=False)),
            ],
            options={
                "table": "search_terms",
                "app": "search",
                "pk_attr": "text",
                "table_description": "A folded text and its heat (see `rules`). An operator may set `hidden`.",
            },
            bases=["Model"],
        ),
    ]
