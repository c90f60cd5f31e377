"""Relay's shapes that every list shares."""

from typing import Annotated

import strawberry

FIRST = "How many at the most, 0 to 100."
AFTER = "The `endCursor` of the page before; leave out for the first page."

# The arguments of a list that is a batched field: `first: First = 20, after: After = None`.
First = Annotated[int | None, strawberry.argument(description=FIRST)]
After = Annotated[str | None, strawberry.argument(description=AFTER)]


@strawberry.type(description="Where a page lies in its list. Pages go forward only.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether `after: endCursor` finds more.")
    has_previous_page: bool = strawberry.field(description="Whether something lies before this page.")
    start_cursor: str | None = strawberry.field(description="The first item's cursor; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The last item's cursor; null on an empty page.")
