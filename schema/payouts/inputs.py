"""Inputs of payouts' mutations."""

import decimal

import strawberry


@strawberry.input(description="How much of its balance a shop wants.")
class RequestPayoutInput:
    amount: decimal.Decimal = strawberry.field(description="In major units, above 0, at most the balance.")
    currency: str = strawberry.field(default="CNY", description="ISO 4217 code of one of the shop's balances.")
    idempotency_key: str = strawberry.field(
        description="1 to 200 characters, one per request: the same key with the same request returns the same payout,"
        " however often it is sent; with another request it is refused with CONFLICT."
    )
