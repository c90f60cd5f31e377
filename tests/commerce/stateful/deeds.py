"""What people can do, each twice: as the model has it, and as it is really done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from commerce.checkout import actions as checkout
from commerce.group_buys import NewTier
from commerce.group_buys import actions as group_buys
from commerce.orders import Line
from commerce.orders import actions as order_actions
from tests.commerce.stateful.book import Offer
from tests.commerce.stateful.model import Codes, Model
from tests.commerce.stateful.world import Ids, Outcomes, World, at, outcome_of


@dataclass(frozen=True)
class Deed:
    """`again` is a request with a key, that can be sent once more."""

    name: str
    predict: Callable[[Model], Codes]
    act: Callable[[], Awaitable[Outcomes]]
    again: bool = False


class Deeds:
    """Makes deeds of a world, by the model's numbers; None for what there is not."""

    def __init__(self, world: World, ids: Ids) -> None:
        self._world = world
        self._ids = ids
        self._keys = 0

    def key(self) -> str:
        self._keys += 1
        return f"钥匙 {self._keys}"

    def create_offer(self, offer: Offer) -> Deed:
        world = self._world
        terms: dict[str, Any] = {
            "price": _major(offer.price),
            "team_size": offer.size,
            "team_ttl_seconds": offer.ttl,
            "starts_at": at(offer.starts),
            "ends_at": at(offer.ends),
            "stock": offer.stock,
            "per_user_limit": offer.limit,
            "tiers": [NewTier(size, _major(price)) for size, price in offer.ladder],
        }
        create = partial(group_buys.create, world.owner, world.variants[offer.variant], **terms)
        return Deed(
            f"offer {offer}",
            lambda model: model.create_offer(offer),
            lambda: outcome_of(create(), lambda made: {"offer_id": made.id}),
        )

    def open(self, buyer: int, offer: int, quantity: int) -> Deed:
        who, what, key = self._world.buyers[buyer], self._ids.offers[offer], self.key()
        return Deed(
            f"{buyer} opens a team of {offer} for {quantity}",
            lambda model: model.open(buyer, offer, quantity),
            lambda: outcome_of(group_buys.open_team(who, what, quantity, None, key), _with_team),
            again=True,
        )

    def join(self, buyer: int, team: int, quantity: int) -> Deed:
        who, what, key = self._world.buyers[buyer], self._ids.teams[team], self.key()
        return Deed(
            f"{buyer} joins {team} for {quantity}",
            lambda model: model.join(buyer, team, quantity),
            lambda: outcome_of(group_buys.join_team(who, what, quantity, None, key), _with_order),
            again=True,
        )

    def fill(self, team: int) -> Deed:
        fill = partial(group_buys.fill_team, self._world.owner, self._ids.teams[team])
        return Deed(f"fill {team}", lambda model: model.fill(team), lambda: outcome_of(fill()))

    def place(self, buyer: int, variant: int, quantity: int) -> Deed:
        who, what, key = self._world.buyers[buyer], self._world.variants[variant], self.key()
        return Deed(
            f"{buyer} orders {quantity} of {variant}",
            lambda model: model.place(buyer, variant, quantity),
            lambda: outcome_of(
                order_actions.place(who, [Line(what, quantity)], None, key), lambda order: {"order_id": order.id}
            ),
            again=True,
        )

    def cancel(self, order: int, buyer: int) -> Deed:
        who, what = self._world.buyers[buyer], self._ids.orders[order]
        return Deed(
            f"cancel {order}", lambda model: model.cancel(order), lambda: outcome_of(checkout.cancel(who, what))
        )

    def ship(self, order: int) -> Deed:
        ship = partial(order_actions.ship, self._world.owner, self._ids.orders[order], "顺丰", "SF1")
        return Deed(f"ship {order}", lambda model: model.ship(order), lambda: outcome_of(ship()))

    def receive(self, order: int, buyer: int) -> Deed:
        receive = partial(order_actions.confirm_receipt, self._world.buyers[buyer], self._ids.orders[order])
        return Deed(f"receive {order}", lambda model: model.receive(order), lambda: outcome_of(receive()))

    def give_back(self, order: int, minor: int) -> Deed:
        key = self.key()
        refund = partial(
            order_actions.refund, self._world.owner, self._ids.orders[order], _major(minor), "少发一件", key
        )
        return Deed(
            f"give {minor} of {order} back",
            lambda model: model.give_back(order, minor),
            lambda: outcome_of(refund()),
            again=True,
        )


def _major(minor: int) -> Decimal:
    return Decimal(minor) / 100


def _with_team(taken: Any) -> dict[str, UUID]:
    return {"order_id": taken.order.id, "team_id": taken.team.id}


def _with_order(taken: Any) -> dict[str, UUID]:
    return {"order_id": taken.order.id}
