"""Inputs of search."""

import datetime
import decimal

import strawberry

from search.queries import Filter


@strawberry.input(description="What hits must be. What is left out or null does not matter.")
class SearchFilter:
    currency: str | None = strawberry.field(
        default=None,
        description="ISO 4217: only products priced in it. Prices are compared within one currency: without this,"
        " `minPrice` and `maxPrice` are in CNY, and products in others are left out where one is given.",
    )
    min_price: decimal.Decimal | None = strawberry.field(
        default=None, description="Products whose cheapest variant costs so much or more, in `currency`."
    )
    max_price: decimal.Decimal | None = strawberry.field(
        default=None, description="Products whose cheapest variant costs so much or less, in `currency`."
    )
    in_stock: bool | None = strawberry.field(
        default=None, description="Only what can be bought now, by itself or in a group-buy."
    )
    has_group_buy: bool | None = strawberry.field(default=None, description="Only products with a running group-buy.")
    needs_one_more: bool | None = strawberry.field(
        default=None, description="Only products with a group-buy team that waits for one more person alone."
    )
    closing_within: int | None = strawberry.field(
        default=None, description="Only products with a group-buy that ends within so many seconds from now, 0 or more."
    )
    live_now: bool | None = strawberry.field(default=None, description="Only streams that are live now.")
    topics: list[str] | None = strawberry.field(
        default=None, description="Notes about any of these topics, in either script, with or without #; at most 20."
    )
    published_after: datetime.datetime | None = strawberry.field(
        default=None, description="What was published, listed, scheduled or signed up after this instant."
    )

    def parsed(self) -> Filter:
        """The filter in search's terms."""
        return Filter(
            currency=self.currency,
            min_price=self.min_price,
            max_price=self.max_price,
            in_stock=bool(self.in_stock),
            has_group_buy=bool(self.has_group_buy),
            needs_one_more=bool(self.needs_one_more),
            closing_within=self.closing_within,
            live_now=bool(self.live_now),
            topics=self.topics or (),
            published_after=self.published_after,
        )
