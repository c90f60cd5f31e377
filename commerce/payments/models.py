"""Tables of payments and refunds, and those in which the sandbox keeps what a real provider keeps elsewhere."""

from tortoise import fields
from tortoise.models import Model


class PaymentRow(Model):
    """An attempt to pay an order. `refunding_minor` of it has been asked back."""

    id = fields.UUIDField(primary_key=True)
    order_id = fields.UUIDField()
    payer_id = fields.UUIDField()
    provider = fields.TextField()
    status = fields.TextField()
    minor = fields.BigIntField()
    currency = fields.CharField(3)
    refunding_minor = fields.BigIntField(default=0)
    idempotency_key = fields.TextField()
    fingerprint = fields.TextField()
    created_at = fields.DatetimeField()
    reconcile_at = fields.DatetimeField()

    class Meta:
        table = "payments"


class RefundRow(Model):
    id = fields.UUIDField(primary_key=True)
    payment_id = fields.UUIDField()
    order_id = fields.UUIDField()
    provider = fields.TextField()
    minor = fields.BigIntField()
    currency = fields.CharField(3)
    reason = fields.TextField()
    status = fields.TextField()
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)
    note = fields.TextField(null=True)
    idempotency_key = fields.TextField(null=True)
    fingerprint = fields.TextField(null=True)

    class Meta:
        table = "refunds"


class SandboxChargeRow(Model):
    """A charge as the sandbox's network knows it. Never joined with ours."""

    key = fields.CharField(64, primary_key=True)
    status = fields.TextField()
    minor = fields.BigIntField()
    currency = fields.CharField(3)
    created_at = fields.DatetimeField()

    class Meta:
        table = "payments_sandbox_charges"


class SandboxRefundRow(Model):
    key = fields.CharField(64, primary_key=True)
    charge_key = fields.CharField(64)
    minor = fields.BigIntField()
    currency = fields.CharField(3)
    created_at = fields.DatetimeField()

    class Meta:
        table = "payments_sandbox_refunds"


class StripeIntentRow(Model):
    """The PaymentIntent of a charge; none when the charge was closed before it had one."""

    key = fields.CharField(64, primary_key=True)
    intent = fields.TextField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "payments_stripe_intents"
