"""The feed page written by hand: no GraphQL, the statements one after the other on one connection, dicts to JSON.

What a team would write that needs this one page and nothing else. `python -m bench.handwritten WORKERS PORT`, with
DATABASE_URL set.
"""

import hashlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.pagination import encode_cursor

Row = Mapping[str, Any]

_VIEWER: Final = (
    "SELECT account_id FROM sessions WHERE access_hash = $1 AND revoked_at IS NULL AND access_expires_at > $2"
)
_NOTES: Final = (
    "SELECT id, author_id, title, body, like_count, published_at FROM notes"
    " WHERE author_id = ANY($1) AND deleted_at IS NULL ORDER BY id DESC LIMIT $2"
)
_FOLLOWED: Final = "SELECT followee_id FROM follows WHERE follower_id = $1"
_AUTHORS: Final = "SELECT id, handle, display_name, avatar_url, follower_count FROM accounts WHERE id = ANY($1)"
_TAGS: Final = "SELECT note_id, product_id FROM note_products WHERE note_id = ANY($1) ORDER BY position"
_PRODUCTS: Final = (
    "SELECT id, title, description, image_urls, sold_count, min_price_minor, currency FROM products WHERE id = ANY($1)"
)
_LIKED: Final = "SELECT note_id FROM note_likes WHERE user_id = $1 AND note_id = ANY($2)"
_COLLECTED: Final = "SELECT note_id FROM note_collects WHERE user_id = $1 AND note_id = ANY($2)"


async def feed(request: Request) -> Response:
    """Answers what GraphQL answers to the benchmark's document."""
    variables = orjson.loads(await request.body())["variables"]
    token = request.headers["authorization"].removeprefix("Bearer ")
    async with request.app.state.pool.acquire() as connection:
        now = datetime.now(UTC)
        viewer_id = await connection.fetchval(_VIEWER, hashlib.sha256(token.encode()).digest(), now)
        if viewer_id is None:
            return Response(status_code=401)
        first = variables["first"]
        followed = [row[0] for row in await connection.fetch(_FOLLOWED, viewer_id)]
        found = await connection.fetch(_NOTES, followed, first + 1)
        notes = found[:first]
        note_ids = [note["id"] for note in notes]
        author_ids = list({note["author_id"] for note in notes})
        authors = {row["id"]: _author(row) for row in await connection.fetch(_AUTHORS, author_ids)}
        tags = await connection.fetch(_TAGS, note_ids)
        products = {
            row["id"]: _product(row)
            for row in await connection.fetch(_PRODUCTS, list({tag["product_id"] for tag in tags}))
        }
        liked = {row[0] for row in await connection.fetch(_LIKED, viewer_id, note_ids)}
        collected = {row[0] for row in await connection.fetch(_COLLECTED, viewer_id, note_ids)}
    pinned: dict[UUID, list[dict[str, Any]]] = {}
    for tag in tags:
        pinned.setdefault(tag["note_id"], []).append({"product": products[tag["product_id"]]})
    edges = [
        {
            "reason": "FOLLOWED_AUTHOR",
            "node": {
                "id": f"note_{note['id'].hex}",
                "title": note["title"],
                "body": note["body"],
                "likeCount": note["like_count"],
                "publishedAt": _instant(note["published_at"]),
                "viewerHasLiked": note["id"] in liked,
                "viewerHasCollected": note["id"] in collected,
                "author": authors[note["author_id"]],
                "productTags": pinned[note["id"]],
            },
        }
        for note in notes
    ]
    last = notes[-1]
    page_info = {
        "hasNextPage": len(found) > first,
        "endCursor": encode_cursor(last["id"], "feed.FOLLOWING"),
    }
    return Response(
        orjson.dumps({"data": {"feed": {"edges": edges, "pageInfo": page_info}}}), media_type="application/json"
    )


def _author(row: Row) -> dict[str, Any]:
    return {
        "id": f"user_{row['id'].hex}",
        "handle": row["handle"],
        "displayName": row["display_name"],
        "avatarUrl": row["avatar_url"],
        "followerCount": row["follower_count"],
    }


def _product(row: Row) -> dict[str, Any]:
    yuan, fen = divmod(row["min_price_minor"], 100)
    return {
        "id": f"product_{row['id'].hex}",
        "title": row["title"],
        "description": row["description"],
        "imageUrls": orjson.loads(row["image_urls"]),
        "soldCount": row["sold_count"],
        "minPrice": {"amount": f"{yuan}.{fen:02}", "currency": row["currency"]},
    }


def _instant(instant: datetime) -> str:
    return instant.isoformat().removesuffix("+00:00") + "Z"


async def _ready(request: Request) -> Response:
    return Response(status_code=200)


@asynccontextmanager
async def _pool(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size=10, reset=_keep) as pool:
        app.state.pool = pool
        yield


async def _keep(connection: object) -> None:
    """Nothing to undo, as in the server itself."""


application = Starlette(
    routes=[Route("/graphql", feed, methods=["POST"]), Route("/health/ready", _ready)], lifespan=_pool
)


def main(workers: int, port: int) -> None:
    """Serves on loopback until stopped."""
    uvicorn.run(
        "bench.handwritten:application",
        port=port,
        workers=workers,
        log_level="warning",
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
