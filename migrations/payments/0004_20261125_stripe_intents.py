from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_20261125_shop_refunds")]
    initial = False

    operations = [
        ops.CreateModel(
            name="StripeIntentRow",
            fields=[
                ("key", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("intent", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "payments_stripe_intents",
                "app": "payments",
                "pk_attr": "key",
                "table_description": "The PaymentIntent of a charge; none when the charge was closed before it had one.",
            },
            bases=["Model"],
        ),
    ]
