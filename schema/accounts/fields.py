"""Batched fields of people."""

from collections.abc import Sequence
from uuid import UUID

from commerce.group_buys import Team
from commerce.group_buys import queries as group_buy_queries
from commerce.orders import Order
from commerce.orders import queries as order_queries
from commerce.shops import Shop
from commerce.shops import queries as shop_queries
from content.feed import related
from content.live import LiveStream
from content.live import queries as live_queries
from content.notes import Note
from content.notes import queries as note_queries
from core.pagination import Page, page_request
from people.accounts import Account, Identity, IssuedSession, queries
from schema.context import Context
from schema.pagination import After, First


async def find(ids: Sequence[UUID], context: Context) -> list[Account | None]:
    """Accounts by id, for `node`."""
    return await queries.by_ids(ids)


async def find_viewer(ids: Sequence[UUID], context: Context) -> list[Identity | None]:
    """The viewer, for `node`; nobody finds anybody else."""
    viewer = context.viewer
    return [viewer if viewer is not None and viewer.account_id == account_id else None for account_id in ids]


async def session_user(sessions: list[IssuedSession], context: Context) -> list[Account | None]:
    return await queries.by_ids([session.account_id for session in sessions])


async def viewer_user(viewers: list[Identity], context: Context) -> list[Account | None]:
    return await queries.by_ids([viewer.account_id for viewer in viewers])


async def orders(
    viewers: list[Identity], context: Context, first: First = 20, after: After = None
) -> list[Page[Order]]:
    return await order_queries.page_by_buyer(
        [viewer.account_id for viewer in viewers], page_request("Viewer.orders", first, after)
    )


async def teams(viewers: list[Identity], context: Context, first: First = 20, after: After = None) -> list[Page[Team]]:
    return await group_buy_queries.teams_of_viewer(
        [viewer.account_id for viewer in viewers], page_request("Viewer.teams", first, after)
    )


async def suggested_users(viewers: list[Identity], context: Context, first: First = 20) -> list[list[Account]]:
    request = page_request("Viewer.suggestedUsers", first, None)
    # A document has one viewer.
    hidden = await context.hidden()
    return [await related.people(viewer.account_id, request.limit, hidden) for viewer in viewers]


async def notes(people: list[Account], context: Context, first: First = 20, after: After = None) -> list[Page[Note]]:
    return await note_queries.page_by_author([person.id for person in people], page_request("User.notes", first, after))


async def live_streams(
    people: list[Account], context: Context, first: First = 20, after: After = None
) -> list[Page[LiveStream]]:
    return await live_queries.page_by_host(
        [person.id for person in people], page_request("User.liveStreams", first, after)
    )


async def shop(people: list[Account], context: Context) -> list[Shop | None]:
    return await shop_queries.by_owners([person.id for person in people])
