"""How the index hears of changes: events say what to look at again, the database says what is true."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from commerce.catalogue.events import ProductCreated, StockChanged
from commerce.group_buys.events import (
    GroupBuyChanged,
    GroupBuyCreated,
    GroupBuyEnded,
    GroupBuyStarted,
    GroupBuyStockChanged,
)
from content.live.events import LiveStatusChanged, LiveViewersChanged
from content.notes.events import (
    CommentAdded,
    CommentDeleted,
    NoteCollected,
    NoteDeleted,
    NoteLiked,
    NotePublished,
    NoteUncollected,
    NoteUnliked,
    NoteUpdated,
    TopicsChanged,
)
from core.outbox import Event
from people.accounts.events import AccountCreated, ProfileUpdated
from people.follows.events import Followed, Unfollowed
from search import documents
from search.engine import LIVE_STREAM, NOTE, PRODUCT, TOPIC, USER, Engine, Found


def _one(kind: str, field: str) -> Callable[[Any], list[Found]]:
    return lambda event: [Found(kind, getattr(event, field))]


_TOUCHED: Final[Mapping[type[Event], Callable[[Any], list[Found]]]] = {
    **dict.fromkeys(
        (
            *(NotePublished, NoteUpdated, NoteDeleted, NoteLiked, NoteUnliked, NoteCollected, NoteUncollected),
            *(CommentAdded, CommentDeleted),
        ),
        _one(NOTE, "note_id"),
    ),
    **dict.fromkeys(
        (
            *(ProductCreated, StockChanged),
            *(GroupBuyCreated, GroupBuyStarted, GroupBuyStockChanged, GroupBuyEnded),
        ),
        _one(PRODUCT, "product_id"),
    ),
    GroupBuyChanged: lambda event: [Found(PRODUCT, event.group_buy.product_id)],
    **dict.fromkeys((AccountCreated, ProfileUpdated), _one(USER, "account_id")),
    **dict.fromkeys((Followed, Unfollowed), _one(USER, "followee_id")),
    TopicsChanged: lambda event: [Found(TOPIC, topic_id) for topic_id in event.topic_ids],
    LiveStatusChanged: lambda event: [Found(LIVE_STREAM, event.live_stream.id)],
    LiveViewersChanged: _one(LIVE_STREAM, "live_stream_id"),
}
EVENTS: Final[Sequence[type[Event]]] = list(_TOUCHED)


async def refresh(engine: Engine, things: Sequence[Found]) -> None:
    """Brings the index up to date with what is true of `things` now. Raises SearchUnavailable."""
    wanted = list(dict.fromkeys(things))
    if wanted:
        current = await documents.described(wanted)
        present = {document.thing for document in current}
        await engine.write(current, [thing for thing in wanted if thing not in present])


def reaction(engine: Engine) -> Callable[[Sequence[Event]], Awaitable[None]]:
    """What to do with a batch of EVENTS, however often and in whatever order they come."""

    async def react(events: Sequence[Event]) -> None:
        await refresh(engine, touched(events))

    return react


def touched(events: Sequence[Event]) -> list[Found]:
    """The things that a batch of EVENTS is about."""
    return [thing for event in events for thing in _TOUCHED[type(event)](event)]
