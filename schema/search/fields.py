"""Batched fields of search."""

import asyncio

from schema.context import Context
from search import queries
from search.engine import SearchUnavailable
from search.queries import Result, Results


async def highlight(hits: list[Result], context: Context) -> list[str | None]:
    return await queries.highlights(hits)


async def did_you_mean(pages: list[Results], context: Context) -> list[list[str]]:
    try:
        return await asyncio.gather(*(queries.meant(context.services.search, page) for page in pages))
    except SearchUnavailable:
        return [[] for _ in pages]
