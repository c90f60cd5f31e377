"""Money as the graph tells it."""

import decimal

import strawberry


@strawberry.type(description="An exact amount of money.")
class Money:
    amount: decimal.Decimal = strawberry.field(
        description='In major units with the currency\'s decimals, e.g. "12.50" CNY or "1250" JPY.'
    )
    currency: str = strawberry.field(description="ISO 4217 code, e.g. CNY.")
