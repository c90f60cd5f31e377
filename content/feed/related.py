"""What lies near: notes related to a note, products bought together with a product, people worth following.

All of it is read off the neighbours that taste has learned; people also off whom those whom one follows follow.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from commerce.catalogue import Product
from commerce.catalogue import queries as product_queries
from content.feed import candidates
from content.notes import Note
from content.notes import queries as note_queries
from core import db
from core.ids import BEYOND
from core.pagination import Edge, Node, Page, PageRequest, Weight, pages_of
from people.accounts import Account
from people.accounts import queries as account_queries
from people.follows import queries as follow_queries


class Place(NamedTuple):
    """Where something stands among neighbours: how much speaks for it, and its id."""

    weight: Weight
    id: UUID


# Of the notes that suit a person the best ones, and of the followed the latest: their authors are worth a look.
_SUITING = 50
_FOLLOWED = 50


async def notes(
    note_ids: Sequence[UUID], request: PageRequest[Place], hidden: Collection[UUID] = ()
) -> list[Page[Note]]:
    """A page of the notes that engaging with each note speaks for, the most first; none by `hidden` people."""
    pages = await _neighbours("NOTE", note_ids, request)
    found = await note_queries.by_ids(_ids(pages))
    return _holding(pages, {note.id: note for note in found if note is not None and note.author_id not in hidden})


async def bought_together(product_ids: Sequence[UUID], request: PageRequest[Place]) -> list[Page[Product]]:
    """A page of the products that buying each product speaks for, the most first."""
    pages = await _neighbours("PRODUCT", product_ids, request)
    found = await product_queries.by_ids(_ids(pages))
    return _holding(pages, {product.id: product for product in found if product is not None})


async def people(viewer_id: UUID, limit: int, hidden: Collection[UUID] = ()) -> list[Account]:
    """Up to `limit` people whom a person may want to follow and does not yet, the best first; none of `hidden`."""
    followed = await follow_queries.newest_followee_ids(viewer_id, _FOLLOWED)
    scores: Counter[UUID] = Counter(await follow_queries.followed_by(followed, _FOLLOWED))
    suiting = await candidates.similar(viewer_id)
    for note in await note_queries.by_ids(list(suiting)[:_SUITING]):
        if note is not None:
            scores[note.author_id] += 1
    for other in (viewer_id, *hidden):
        del scores[other]
    offered = [person for person, _ in sorted(scores.items(), key=lambda one: (-one[1], one[0]))]
    already = await follow_queries.is_following(viewer_id, offered)
    new = [person for person, follows in zip(offered, already, strict=True) if not follows][:limit]
    return [person for person in await account_queries.by_ids(new) if person is not None]


async def _neighbours(kind: str, ids: Sequence[UUID], request: PageRequest[Place]) -> list[Page[Place]]:
    weight, last = request.key or Place(float("inf"), BEYOND)
    found = await db.rows(
        "SELECT p.id, n.weight, n.target_id FROM unnest($1::uuid[]) AS p (id) CROSS JOIN LATERAL"
        " (SELECT weight, target_id FROM feed_neighbours WHERE source_id = p.id AND kind = $2"
        " AND (weight, target_id) < ($3::real, $4::uuid)"
        f" ORDER BY weight DESC, target_id DESC LIMIT {request.limit + 1:d}) n"
        " ORDER BY n.weight DESC, n.target_id DESC",
        list(set(ids)),
        kind,
        weight,
        last,
    )
    return pages_of(
        ids, ((source, Place(weight, target)) for source, weight, target in found), request, lambda place: place
    )


def _ids(pages: Sequence[Page[Place]]) -> list[UUID]:
    return [place.id for page in pages for place in page.nodes]


def _holding(pages: Sequence[Page[Place]], found: dict[UUID, Node]) -> list[Page[Node]]:
    """The pages with what was found in its places; what is gone, and not yet forgotten, is left out."""
    return [
        Page(
            [Edge(edge.key, found[edge.node.id], edge.of) for edge in page.edges if edge.node.id in found],
            page.page_info,
        )
        for page in pages
    ]
