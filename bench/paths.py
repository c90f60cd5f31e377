"""The main paths beside each other: a note's page, both feeds, publishing, liking and following, from a real server.

Each is asked for by 16 connections in the name of 64 people, on the data of the feed page; then by one connection,
which tells what a person waits. Joining is measured by `bench.hot`, searching by `bench.discovery.traffic`.
`python -m bench.paths [SECONDS]`.
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple

import orjson

from bench import wrk
from bench.feed_data import filled
from bench.feed_page import QUERY as FEED
from bench.figures import Figure, show
from bench.server import Server, scratch, serving
from core import db
from schema import ids

_SECONDS: Final = 4
_MANY: Final = 16
_NOTE: Final = """query ($thing: ID!) { node(id: $thing) { ... on Note {
  title body publishedAt likeCount commentCount viewerHasLiked viewerHasCollected
  media { url width height } topics { name }
  author { handle displayName avatarUrl followerCount viewerIsFollowing }
  productTags { product { title imageUrls minPrice { amount currency } } }
  comments(first: 10) { edges { node { body createdAt author { displayName avatarUrl } } } }
  related(first: 10) { edges { node { title author { displayName } } } } } } }"""
_PUBLISH: Final = """mutation ($thing: ID!) { publishNote(input: { title: "周末去露营", body: "一起去，好看又好用",
  topics: ["露营"], productTags: [{ productId: $thing }] }) { note { id author { handle } } userErrors { code } } }"""
_LIKE: Final = """mutation ($thing: ID!) { likeNote(input: { noteId: $thing }) {
  note { likeCount viewerHasLiked } userErrors { code } } }"""
_FOLLOW: Final = """mutation ($thing: ID!) { followUser(input: { userId: $thing }) {
  user { followerCount viewerIsFollowing } userErrors { code } } }"""
_SCRIPT: Final = """
wrk.method = "POST"
wrk.body = %(body)s
local tokens, things, number = {%(tokens)s}, {%(things)s}, 0
function request()
  number = number + 1
  -- Two strides, so that nobody asks for one thing twice before everybody asked for all.
  local thing = things[(number + math.floor(number / #things)) %% #things + 1]
  local headers = {["Content-Type"] = "application/json", Authorization = "Bearer " .. tokens[number %% #tokens + 1]}
  return wrk.format(nil, nil, headers, (wrk.body:gsub("@", thing)))
end
"""


class _Path(NamedTuple):
    """What is asked, and for which kind of thing in turn."""

    name: str
    document: str
    kind: str


_PATHS: Final = (
    _Path("a note's page: comments, products, related notes", _NOTE, "note"),
    _Path("FOLLOWING, 20 notes", FEED, "note"),
    _Path("DISCOVER, a new session, 20 notes", FEED.replace("FOLLOWING", "DISCOVER"), "note"),
    _Path("a note published", _PUBLISH, "product"),
    _Path("a note liked", _LIKE, "note"),
    _Path("a person followed", _FOLLOW, "user"),
)
_TABLES: Final = {"note": "notes", "product": "products", "user": "accounts"}


def figures(seconds: int = _SECONDS) -> list[Figure]:
    """Serves the data of the feed page, and measures."""
    if wrk.missing():
        return [Figure("main paths", "left out: they need `wrk` (Debian has it)")]
    with scratch() as folder, filled(folder) as (url, tokens):
        things = asyncio.run(_things(url))
        with serving(folder / "data", environment={"DATABASE_URL": url}) as server:
            server.rest()
            return [_measured(server, path, tokens, things[path.kind], seconds) for path in _PATHS]


async def _things(url: str) -> dict[str, list[str]]:
    async with db.connected(url):
        found = {kind: await db.ids_after(table, None, 500) for kind, table in _TABLES.items()}
    return {kind: [ids.encode(kind, one) for one in some] for kind, some in found.items()}


def _measured(server: Server, path: _Path, tokens: Sequence[str], things: Sequence[str], seconds: int) -> Figure:
    script = _SCRIPT % {
        "body": wrk.text(orjson.dumps({"query": path.document, "variables": {"thing": "@", "first": 20}}).decode()),
        "tokens": ", ".join(map(wrk.text, tokens)),
        "things": ", ".join(map(wrk.text, things)),
    }
    wrk.run(server.url + "/graphql", script, _MANY, 1)
    before = server.processor_seconds()
    many = wrk.run(server.url + "/graphql", script, _MANY, seconds)
    busy = (server.processor_seconds() - before) / many.requests
    one = wrk.run(server.url + "/graphql", script, 1, seconds)
    return Figure(
        path.name,
        f"{many.per_second:.0f} requests/s, each {busy * 1000:.1f} ms of processor time;"
        f" alone p50 {one.p50 / 1000:.1f} ms, p99 {one.p99 / 1000:.1f} ms",
    )


if __name__ == "__main__":
    show("Main paths", figures(int(sys.argv[1]) if len(sys.argv) > 1 else _SECONDS))
