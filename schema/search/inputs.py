"""Inputs of search."""

import datetime
import decimal

import strawberry

from search.queries import Filter


@strawberry.input(description="What hits must be. What is left out or null does not matter.")
class SearchFilter:
    min_price: decimal.Decimal | None = strawberry.field(
        default=None, description="Products whose cheapest variant costs so much or more, in its own currency."
    )
    max_price: decimal.Decimal | None = strawberry.field(
        default=None, description="Products whose cheapest variant costs so much or less, in its own currency."
    )
    in_stock: bool | None = strawberry.field(default=None, description="Only what can be bought now.")
    has_group_buy: bool | None = strawberry.field(default=None, description="Only products with a running group-buy.")
    topics: list[str] | None = strawberry.field(
        default=None, description="Notes about any of these topics, in either script, with or without #; at most 20."
    )
    published_after: datetime.datetime | None = strawberry.field(
        default=None, description="What was published, listed, scheduled or signed up after this instant."
    )

    def parsed(self) -> Filter:
        """The filter in search's terms."""
        return Filter(
            min_price=self.min_price,
            max_price=self.max_price,
            in_stock=bool(self.in_stock),
            has_group_buy=bool(self.has_group_buy),
            topics=self.topics or (),
            published_after=self.published_after,
        )
