"""Subscriptions of group-buys and their teams."""

from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
import strawberry

from commerce.group_buys import GroupBuy, Team, events, queries
from core import clock
from core.errors import NotFound
from core.outbox import Step
from core.streams import Snapshot, Topic
from schema import ids
from schema.context import Info
from schema.group_buys.types import GroupBuyProgress, TeamProgress
from schema.streams import TopicStream

_AFTER = "The latest `sequence` that the client has handled; leave out to start with a SNAPSHOT."
_RESUMES = (
    " `afterSequence` goes on after the step of that number: nothing missed, nothing twice; when it lies too far back"
    " (a day, or 1,000 steps), a fresh snapshot comes first."
)
_team_changed: Final = msgspec.json.Decoder(events.TeamChanged).decode
_group_buy_changed: Final = msgspec.json.Decoder(events.GroupBuyChanged).decode


@strawberry.type
class GroupBuySubscriptions:
    @strawberry.subscription(
        description="A team as it grows: a SNAPSHOT on subscribing, then every change."
        f"{_RESUMES} Fails with INVALID for a malformed id, and with NOT_FOUND for an unknown team and, for all but its"
        " leader, for one that never opened.",
        graphql_type=TeamProgress,
    )
    async def team_progress(
        self,
        info: Info,
        team_id: Annotated[strawberry.ID, strawberry.argument(description="The team's id.")],
        after_sequence: Annotated[int | None, strawberry.argument(description=_AFTER)] = None,
    ) -> Any:
        identity = ids.decode("team", team_id, "team_id")
        if await queries.teams_by_ids(info.context.viewer_id, [identity]) == [None]:
            raise NotFound("team_id")
        topic = Topic(info.context.services.bus, events.team_topic(identity), lambda: _team(identity))
        return TopicStream(topic, after_sequence, _team_progress, states=True)

    @strawberry.subscription(
        description="A group-buy as its teams open, grow, succeed and fail: a snapshot on subscribing, then every"
        f" change.{_RESUMES} Fails with INVALID for a malformed id and NOT_FOUND for an unknown one.",
        graphql_type=GroupBuyProgress,
    )
    async def group_buy_progress(
        self,
        info: Info,
        group_buy_id: Annotated[strawberry.ID, strawberry.argument(description="The group-buy's id.")],
        after_sequence: Annotated[int | None, strawberry.argument(description=_AFTER)] = None,
    ) -> Any:
        identity = ids.decode("group_buy", group_buy_id, "group_buy_id")
        if await _group_buy(identity) is None:
            raise NotFound("group_buy_id")
        topic = Topic(info.context.services.bus, events.group_buy_topic(identity), lambda: _group_buy(identity))
        return TopicStream(topic, after_sequence, _group_buy_progress)


def _team_progress(item: Snapshot[Team] | Step) -> Any:
    if isinstance(item, Snapshot):
        return _progress(TeamProgress, sequence=item.sequence, event="SNAPSHOT", team=item.state)
    changed = _team_changed(item.event)
    return _progress(TeamProgress, sequence=item.sequence, event=changed.kind, team=changed.team)


def _group_buy_progress(item: Snapshot[GroupBuy] | Step) -> Any:
    if isinstance(item, Snapshot):
        return _progress(GroupBuyProgress, sequence=item.sequence, group_buy=item.state, team=None)
    changed = _group_buy_changed(item.event)
    return _progress(GroupBuyProgress, sequence=item.sequence, group_buy=changed.group_buy, team=changed.team)


def _progress(kind: Any, **found: Any) -> Any:
    """Takes records where the GraphQL type stands."""
    return kind(server_now=clock.now(), **found)


async def _team(team_id: UUID) -> Snapshot[Team] | None:
    [team] = await queries.teams_for_followers([team_id])
    return None if team is None else Snapshot(team.sequence, team)


async def _group_buy(group_buy_id: UUID) -> Snapshot[GroupBuy] | None:
    [group_buy] = await queries.by_ids([group_buy_id])
    return None if group_buy is None else Snapshot(group_buy.sequence, group_buy)
