"""Subscriptions of group-buys and their teams."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
import strawberry

from commerce.group_buys import GroupBuy, Team, events, queries
from core import clock, streams
from core.bus import Bus
from core.errors import NotFound
from core.streams import Snapshot
from schema import ids
from schema.context import Context, Info
from schema.group_buys.types import GroupBuyProgress, TeamProgress

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
        if await _team(info.context, identity) is None:
            raise NotFound("team_id")
        return _team_steps(info.context, identity, after_sequence)

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
        return _group_buy_steps(info.context.services.bus, identity, after_sequence)


async def _team_steps(context: Context, team_id: UUID, after: int | None) -> AsyncGenerator[TeamProgress, None]:
    topic = events.team_topic(team_id)
    followed = streams.follow(context.services.bus, topic, after, lambda: _team(context, team_id))
    async with aclosing(followed):
        async for item in followed:
            if isinstance(item, Snapshot):
                kind, team = "SNAPSHOT", item.state
            else:
                changed = _team_changed(item.event)
                kind, team = changed.kind, changed.team
            yield _progress(TeamProgress, sequence=item.sequence, event=kind, team=team)


async def _group_buy_steps(bus: Bus, group_buy_id: UUID, after: int | None) -> AsyncGenerator[GroupBuyProgress, None]:
    topic = events.group_buy_topic(group_buy_id)
    followed = streams.follow(bus, topic, after, lambda: _group_buy(group_buy_id))
    async with aclosing(followed):
        async for item in followed:
            if isinstance(item, Snapshot):
                group_buy, team = item.state, None
            else:
                changed = _group_buy_changed(item.event)
                group_buy, team = changed.group_buy, changed.team
            yield _progress(GroupBuyProgress, sequence=item.sequence, group_buy=group_buy, team=team)


def _progress(kind: Any, **found: Any) -> Any:
    """Takes records where the GraphQL type stands."""
    return kind(server_now=clock.now(), **found)


async def _team(context: Context, team_id: UUID) -> Snapshot[Team] | None:
    [team] = await queries.teams_by_ids(context.viewer_id, [team_id])
    return None if team is None else Snapshot(team.sequence, team)


async def _group_buy(group_buy_id: UUID) -> Snapshot[GroupBuy] | None:
    [group_buy] = await queries.by_ids([group_buy_id])
    return None if group_buy is None else Snapshot(group_buy.sequence, group_buy)
