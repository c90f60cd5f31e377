"""Subscriptions of live streams."""

import functools
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
import strawberry

from content.live import LiveSnapshot, LiveStream, events, queries
from core import clock
from core.errors import NotFound
from core.outbox import Event, Step
from core.streams import Snapshot, Topic
from schema import ids
from schema.context import Info
from schema.live.updates import LiveStreamUpdate
from schema.streams import TopicStream

_DECODERS: Final = {
    event.__name__: msgspec.json.Decoder(event)
    for event in (
        events.LiveStatusChanged,
        events.LiveListingsChanged,
        events.LiveMessagePosted,
        events.LiveViewersChanged,
        events.LiveGroupBuyChanged,
    )
}


@strawberry.type
class LiveSubscriptions:
    @strawberry.subscription(
        description="A live stream as it happens: a LiveSnapshot on subscribing, then each change. `afterSequence` goes"
        " on after the update of that number: nothing missed, nothing twice; when it lies too far back (a day, or 1,000"
        " updates), a fresh LiveSnapshot comes first. Who watches is a viewer, once a person, and once a connection"
        " for those who are not signed in. Fails with INVALID or NOT_FOUND.",
        graphql_type=LiveStreamUpdate,
    )
    async def live_stream_events(
        self,
        info: Info,
        live_stream_id: Annotated[strawberry.ID, strawberry.argument(description="The stream's id.")],
        after_sequence: Annotated[
            int | None, strawberry.argument(description="The latest `sequence` that the client has handled.")
        ] = None,
    ) -> Any:
        stream_id = ids.decode("live_stream", live_stream_id, "live_stream_id")
        [stream] = await info.context.shown(await queries.by_ids([stream_id]))
        if stream is None:
            raise NotFound("live_stream_id")
        services = info.context.services
        topic = Topic(services.bus, events.topic(stream_id), lambda: _snapshot(stream_id))
        watching = functools.partial(services.presence.watching, stream_id, info.context.watcher)
        return TopicStream(topic, after_sequence, _update, attending=watching)


def _update(item: Snapshot[LiveStream] | Step) -> Any:
    """Takes records where the GraphQL type stands."""
    return LiveStreamUpdate(sequence=item.sequence, event=_event(item), server_now=clock.now())


async def _snapshot(stream_id: UUID) -> Snapshot[LiveStream] | None:
    [stream] = await queries.by_ids([stream_id])
    return None if stream is None else Snapshot(stream.sequence, stream)


def _event(item: Snapshot[LiveStream] | Step) -> Any:
    if isinstance(item, Snapshot):
        return LiveSnapshot(item.state)
    event: Event = _DECODERS[item.name].decode(item.event)
    return event
