"""Facts about group-buys and their teams."""

from typing import Literal
from uuid import UUID

from commerce.group_buys.records import GroupBuy, Team
from core.outbox import Event

TeamEventKind = Literal["OPENED", "JOINED", "LEFT", "SUCCEEDED", "FAILED"]


class TeamChanged(Event, frozen=True):
    """A step of the topic `team_topic(team.id)`: the team as of then. The last payment brings SUCCEEDED alone."""

    kind: TeamEventKind
    team: Team
    group_buy_id: UUID


class GroupBuyChanged(Event, frozen=True):
    """A step of the topic `group_buy_topic(group_buy.id)`: the offer as of then, and the team that changed.

    Without a team, the offer itself started, ended or closed.
    """

    group_buy: GroupBuy
    team: Team | None


class GroupBuyCreated(Event, frozen=True):
    group_buy_id: UUID
    product_id: UUID


class GroupBuyStarted(Event, frozen=True):
    group_buy_id: UUID
    product_id: UUID


class GroupBuyEnded(Event, frozen=True):
    group_buy_id: UUID
    product_id: UUID


class GroupBuyStockChanged(Event, frozen=True):
    """The last free unit of a group-buy was held, or one came back."""

    group_buy_id: UUID
    product_id: UUID


def team_topic(team_id: UUID) -> str:
    """The topic whose steps are a team's."""
    return f"team:{team_id.hex}"


def group_buy_topic(group_buy_id: UUID) -> str:
    """The topic whose steps are an offer's."""
    return f"group_buy:{group_buy_id.hex}"
