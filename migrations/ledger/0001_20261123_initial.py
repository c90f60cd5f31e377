from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="EntryRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("posting_id", fields.BigIntField()),
                ("account", fields.TextField(unique=False)),
                ("minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
            ],
            options={"table": "ledger_entries", "app": "ledger", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PostingRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.TextField(unique=False)),
                ("source", fields.UUIDField()),
                ("posted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ledger_postings",
                "app": "ledger",
                "pk_attr": "id",
                "table_description": "Why entries were made. A second posting of the same kind about the same thing is none.",
            },
            bases=["Model"],
        ),
    ]
