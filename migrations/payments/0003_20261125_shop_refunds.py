"""Refunds that a shop asks for: its words, once under each key. And the reasons of all refunds, as codes."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_20261123_constraints")]
    initial = False

    operations = [
        ops.RunSQL(["SET LOCAL lock_timeout = '5s'"]),
        ops.AddField("RefundRow", "note", fields.TextField(null=True, unique=False)),
        ops.AddField("RefundRow", "idempotency_key", fields.TextField(null=True, unique=False)),
        ops.AddField("RefundRow", "fingerprint", fields.TextField(null=True, unique=False)),
        ops.RunSQL(
            [
                "UPDATE refunds SET reason = CASE reason WHEN 'left the team' THEN 'LEFT_TEAM'"
                " WHEN 'team failed' THEN 'TEAM_FAILED' WHEN 'paid too late' THEN 'PAID_TOO_LATE' ELSE 'CANCELLED' END",
                "CREATE UNIQUE INDEX refunds_once ON refunds (order_id, idempotency_key)",
            ]
        ),
    ]
