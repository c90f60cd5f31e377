"""All reads of follows and blocks, batch first."""

import functools
from collections.abc import Iterable, Sequence
from typing import Final, Literal
from uuid import UUID

from core import db
from core.gathering import Ask, gathered, gathered_flags, gathered_lists
from core.ids import BEYOND
from core.pagination import Page, PageRequest, newest_first, pages_of
from people.accounts import Account
from people.accounts import queries as account_queries
from people.follows.errors import KeptApart
from people.follows.records import Follow, Standing

_Side = Literal["follower_id", "followee_id", "blocker_id", "blocked_id"]
# A follower, and the authors of whom it is asked whether they are followed.
_Question = tuple[UUID, frozenset[UUID]]
# Readers who are asked about in one statement; each may follow thousands.
_READERS: Final = 32
# Of follower `a`: which version of whom they follow is the present one, and who of those has a crowd.
_VERSION: Final = "coalesce((SELECT version FROM follow_versions WHERE follower_id = a.follower_id), 0)"
_CROWDS: Final = (
    "ARRAY(SELECT f.followee_id FROM follow_crowds c JOIN follows f ON f.followee_id = c.author_id"
    " WHERE f.follower_id = a.follower_id)"
)


async def is_following(viewer_id: UUID | None, ids: Sequence[UUID]) -> list[bool]:
    """Whether the viewer follows each of `ids`; False for nobody."""
    return [False] * len(ids) if viewer_id is None else await _follow([(viewer_id, identity) for identity in ids])


async def follows_viewer(viewer_id: UUID | None, ids: Sequence[UUID]) -> list[bool]:
    """Whether each of `ids` follows the viewer; False for nobody."""
    return [False] * len(ids) if viewer_id is None else await _follow([(identity, viewer_id) for identity in ids])


@gathered_flags
async def _follow(pairs: list[tuple[UUID, UUID]]) -> set[tuple[UUID, UUID]]:
    """Those (follower, followee) that are a following."""
    return await db.pairs_in("follows", ("follower_id", "followee_id"), pairs)


async def everyone(follower_id: UUID) -> Standing:
    """All whom a person follows, in no order, and what `standing` says of them."""
    [found] = await _everyone([follower_id])
    assert found is not None
    return found


@functools.partial(gathered, full=_READERS)
async def _everyone(follower_ids: list[UUID]) -> dict[UUID, Standing]:
    found = await db.rows(
        f"SELECT a.follower_id, {_VERSION}, {_CROWDS},"
        " ARRAY(SELECT followee_id FROM follows WHERE follower_id = a.follower_id)"
        f" FROM unnest({db.unseen('$1::uuid[]')}) AS a (follower_id)",
        follower_ids,
    )
    return {follower_id: Standing(*values) for follower_id, *values in found}


async def standing(follower_id: UUID, author_ids: Iterable[UUID]) -> Standing:
    """The version of whom a person follows, those with a crowd among them, and which of `author_ids` are."""
    [found] = await _standings([(follower_id, frozenset(author_ids))])
    assert found is not None
    return found


@functools.partial(gathered, full=_READERS)
async def _standings(asked: list[_Question]) -> dict[_Question, Standing]:
    found = await db.rows(
        # Probes, and an array read once: PostgreSQL would rather go through everyone whom a person follows.
        f"SELECT {_VERSION}, {_CROWDS}, ARRAY(SELECT f.followee_id FROM unnest(a.author_ids::uuid[]) AS u (id)"
        " CROSS JOIN LATERAL (SELECT followee_id FROM follows"
        " WHERE follower_id = a.follower_id AND followee_id = u.id LIMIT 1) f)"
        # An array of arrays must be rectangular: each person's is handed over as text.
        " FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS a (follower_id, author_ids, place) ORDER BY place",
        [follower_id for follower_id, _ in asked],
        [f"{{{','.join(map(str, author_ids))}}}" for _, author_ids in asked],
    )
    standings = (Standing(version, crowds, set(followed)) for version, crowds, followed in found)
    return dict(zip(asked, standings, strict=True))


async def require_together(person_id: UUID, ids: Iterable[UUID], *field: str | int) -> None:
    """Raises KeptApart where the person blocked one of these, or one of these the person."""
    apart = await db.value(
        "SELECT EXISTS (SELECT FROM unnest($2::uuid[]) AS o (id) JOIN blocks b"
        " ON (b.blocker_id, b.blocked_id) IN (($1::uuid, o.id), (o.id, $1::uuid)))",
        person_id,
        list(ids),
    )
    if apart:
        raise KeptApart(*field)


@gathered_lists
async def blocked_by(ids: list[UUID]) -> list[tuple[UUID, UUID]]:
    """Whom each person blocked."""
    return [
        (blocker_id, blocked_id)
        for blocker_id, blocked_id in await db.rows(
            "SELECT blocker_id, blocked_id FROM blocks WHERE blocker_id = ANY($1)", ids
        )
    ]


async def has_crowd(author_id: UUID) -> bool:
    """Whether an author has, or once had, more than CROWD followers."""
    return bool(await db.value("SELECT EXISTS (SELECT FROM follow_crowds WHERE author_id = $1)", author_id))


async def follows_after(author_id: UUID, last: UUID | None, limit: int) -> list[Follow]:
    """Up to `limit` followings of an author that came after `last` (None: the first of all), oldest first."""
    return await db.records(
        Follow,
        f"SELECT {db.columns(Follow)} FROM follows WHERE followee_id = $1 AND id > $2 ORDER BY followee_id, id"
        f" LIMIT {limit:d}",
        author_id,
        last or UUID(int=0),
    )


async def newest_followee_ids(follower_id: UUID, most: int) -> list[UUID]:
    """Up to `most` whom a person follows, the last first."""
    [found] = await _newest_followees(most)([follower_id])
    return found or []


@functools.cache
def _newest_followees(most: int) -> Ask[UUID, list[UUID] | None]:
    """Asks for up to `most` of each follower."""

    async def read(follower_ids: list[UUID]) -> dict[UUID, list[UUID]]:
        found = await db.rows(
            "SELECT a.id, ARRAY(SELECT followee_id FROM follows WHERE follower_id = a.id"
            f" ORDER BY id DESC LIMIT {most:d}) FROM unnest({db.unseen('$1::uuid[]')}) AS a (id)",
            follower_ids,
        )
        return dict(found)

    return gathered(read)


async def followed_by(ids: Sequence[UUID], most: int) -> dict[UUID, int]:
    """Whom these people follow, of each the `most` latest, and how many of them do."""
    found = await db.rows(
        "SELECT f.followee_id, count(*) FROM unnest($1::uuid[]) AS p (id) CROSS JOIN LATERAL (SELECT followee_id"
        f" FROM follows WHERE follower_id = p.id ORDER BY id DESC LIMIT {most:d}) f GROUP BY f.followee_id",
        list(set(ids)),
    )
    return dict(found)


async def followers(ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Account]]:
    """A page of each person's followers, those who came last first."""
    return await _pages("followee_id", ids, "follower_id", request)


async def following(ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Account]]:
    """A page of those whom each person follows, the last first."""
    return await _pages("follower_id", ids, "followee_id", request)


async def blocked(ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Account]]:
    """A page of those whom each person blocked, the last first."""
    return await _pages("blocker_id", ids, "blocked_id", request)


async def _pages(side: _Side, ids: Sequence[UUID], other: _Side, request: PageRequest[UUID]) -> list[Page[Account]]:
    table = "blocks" if side == "blocker_id" else "follows"
    found = await db.rows(
        f"SELECT f.id, f.{side}, f.{other} FROM unnest($1::uuid[]) AS p (id) CROSS JOIN LATERAL"
        f" (SELECT * FROM {table} {newest_first(side, most=request.limit + 1)}) f ORDER BY f.id DESC",
        list(set(ids)),
        request.key or BEYOND,
    )
    links = pages_of(ids, ((row[1], row) for row in found), request, lambda row: row[0])
    wanted = {row[2] for page in links for row in page.nodes}
    people = {person.id: person for person in await account_queries.by_ids(list(wanted)) if person is not None}
    return [page.holding([people[row[2]] for row in page.nodes]) for page in links]
