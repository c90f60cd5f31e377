"""Batched fields of people that tell who follows whom."""

from core.pagination import Page, page_request
from people.accounts import Account, Identity
from people.follows import queries
from schema.context import Context
from schema.pagination import After, First


async def viewer_is_following(people: list[Account], context: Context) -> list[bool]:
    return await queries.is_following(context.viewer_id, [person.id for person in people])


async def follows_viewer(people: list[Account], context: Context) -> list[bool]:
    return await queries.follows_viewer(context.viewer_id, [person.id for person in people])


async def blocked(
    viewers: list[Identity], context: Context, first: First = 20, after: After = None
) -> list[Page[Account]]:
    return await queries.blocked(
        [viewer.account_id for viewer in viewers], page_request("Viewer.blocked", first, after)
    )


async def followers(
    people: list[Account], context: Context, first: First = 20, after: After = None
) -> list[Page[Account]]:
    return await queries.followers([person.id for person in people], page_request("User.followers", first, after))


async def following(
    people: list[Account], context: Context, first: First = 20, after: After = None
) -> list[Page[Account]]:
    return await queries.following([person.id for person in people], page_request("User.following", first, after))
