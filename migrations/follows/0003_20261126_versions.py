"""Which version of whom a person follows is the present one, and who has a crowd."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("follows", "0002_20261123_constraints")]
    initial = False

    operations = [
        ops.CreateModel(
            name="CrowdRow",
            fields=[("author_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True))],
            options={
                "table": "follow_crowds",
                "app": "follows",
                "pk_attr": "author_id",
                "table_description": "An author who has, or once had, more followers than can be told one by one.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="VersionRow",
            fields=[
                ("follower_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("version", fields.BigIntField()),
            ],
            options={
                "table": "follow_versions",
                "app": "follows",
                "pk_attr": "follower_id",
                "table_description": "Which version of whom a person follows is the present one:"
                " each follow and unfollow raises it.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            [
                # As people/follows/rules.py has it.
                "INSERT INTO follow_crowds (author_id)"
                " SELECT followee_id FROM follows GROUP BY followee_id HAVING count(*) > 10000",
            ]
        ),
    ]
