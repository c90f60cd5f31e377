"""A shop with offers of every kind, people to buy, and what they remember of what the servers told them."""

import random
from typing import Any
from uuid import UUID

import httpx
import msgspec

from core.ids import new_id
from schema import ids
from tests.factories import people as factory

ERRORS = "userErrors { code }"
_ORDER = "order { id status total { amount } refunded { amount } team { id } }"
_SEAT = f"{_ORDER} team {{ id }} seat {{ id }}"
_MUTATIONS = {
    "openShop": "OpenShopInput! shop { id }",
    "createProduct": "CreateProductInput! product { variants { id } }",
    "createGroupBuy": "CreateGroupBuyInput! groupBuy { id }",
    "openTeam": f"OpenTeamInput! {_SEAT}",
    "joinTeam": f"JoinTeamInput! {_SEAT}",
    "placeOrder": f"PlaceOrderInput! {_ORDER}",
    "payOrder": f"PayOrderInput! {_ORDER}",
    "cancelOrder": f"OrderRefInput! {_ORDER}",
    "shipOrder": f"ShipOrderInput! {_ORDER}",
    "refundOrder": f"RefundOrderInput! {_ORDER}",
    "confirmReceipt": f"OrderRefInput! {_ORDER}",
}


def document(mutation: str) -> str:
    """The operation that sends a mutation's input."""
    kind, _, selection = _MUTATIONS[mutation].partition(" ")
    return f"mutation ($input: {kind}) {{ {mutation}(input: $input) {{ {selection} {ERRORS} }} }}"


class Answer(msgspec.Struct, frozen=True):
    """A payload: the codes of its refusals, none when it was done."""

    payload: dict[str, Any]

    @property
    def codes(self) -> list[str]:
        return [error["code"] for error in self.payload["userErrors"]]

    @property
    def order(self) -> dict[str, Any]:
        found: dict[str, Any] = self.payload["order"]
        return found


class Person:
    """Somebody with a session on every server."""

    def __init__(self, market: "Market", id: UUID, token: str) -> None:
        self.market = market
        self.id = id
        self._headers = {"Authorization": f"Bearer {token}"}

    async def sends(self, mutation: str, given: dict[str, Any]) -> Answer | None:
        """What a server answered; None when nothing came that tells what was done."""
        body = {"query": document(mutation), "variables": {"input": given}}
        try:
            answer = await self.market.http.post(self.market.anywhere(), json=body, headers=self._headers)
            found = answer.json()
        except (httpx.TransportError, ValueError):
            return None
        if answer.status_code != 200 or found.get("errors"):
            self.market.failures.append(str(found)[:300])
            return None
        return Answer(found["data"][mutation])

    async def does(self, mutation: str, **given: Any) -> Answer:
        """An answer that must be there, and no refusal."""
        answer = await self.sends(mutation, given)
        assert answer is not None and not answer.codes, (mutation, given, answer)
        return answer


class Market:
    """The servers, by their addresses (which change when they are started again), and what is sold."""

    def __init__(self, http: httpx.AsyncClient, addresses: list[str]) -> None:
        self.http = http
        self.addresses = addresses
        # Answers that say that something broke: to be explained by what was killed.
        self.failures: list[str] = []

    def person(self, identity: UUID, token: str) -> Person:
        """Somebody who has signed in before."""
        return Person(self, identity, token)

    def anywhere(self) -> str:
        return f"http://{random.choice(self.addresses)}/graphql"

    async def people(self, count: int) -> list[Person]:
        """People who can send requests; the database is connected."""
        found = [await factory.person("买家") for _ in range(count)]
        return [Person(self, *each) for each in zip(found, await factory.tokens(found), strict=True)]

    async def shop(self) -> Person:
        """The owner of a new shop."""
        [owner] = await self.people(1)
        await owner.does("openShop", name="山野小铺")
        return owner


async def variant(owner: Person, stock: int) -> str:
    """A new variant at 199.00."""
    variants = [{"name": "米白", "price": "199.00", "stock": stock}]
    made = await owner.does("createProduct", title="折叠露营椅", variants=variants)
    found: str = made.payload["product"]["variants"][0]["id"]
    return found


async def offer(owner: Person, *, stock: int, **terms: Any) -> str:
    """A new offer of all units of a new variant."""
    given = {"price": "149.00", "teamSize": 2, "endsAt": "2099-01-01T00:00:00Z", "perUserLimit": 99, **terms}
    made = await owner.does("createGroupBuy", variantId=await variant(owner, stock), stock=stock, **given)
    found: str = made.payload["groupBuy"]["id"]
    return found


def key() -> str:
    return new_id().hex


def uuid_of(global_id: str) -> UUID:
    found = ids.split(global_id)
    assert found is not None
    return found[1]
