"""Shoppers who do all that can be done, never stop, and remember every answer, to hold the servers to it."""

import asyncio
import random
from typing import Any

import msgspec

from tests.processes.market import Answer, Market, Person, key

# How long a shopper waits for a server that does not answer, and between two deeds; seconds.
_PATIENCE = 0.1
_PAUSE = 0.01


class Told(msgspec.Struct):
    """What clients were told of one order. What they were not told may have happened, or not."""

    buyer: Person
    id: str
    paid: bool = False
    too_late: bool = False
    cancelled: bool = False
    shipped: bool = False
    received: bool = False
    # Parts of 10.00 that the shop gave back.
    parts: int = 0
    # Whether anybody ever asked to cancel it, answered or not.
    cancelling: bool = False


class Request(msgspec.Struct, frozen=True):
    """A request that was answered, to be sent again as it was."""

    buyer: Person
    mutation: str
    given: dict[str, Any]
    order_id: str


class Crowd:
    """All shoppers of a market, and their memory."""

    def __init__(self, market: Market, owner: Person, offers: list[str], variants: list[str]) -> None:
        self.market = market
        self.owner = owner
        self.offers = offers
        self.variants = variants
        self.told: dict[str, Told] = {}
        self.teams: list[str] = []
        self.done: list[Request] = []
        self.answered = 0
        # Keys by which anybody ever asked for an order, and by which a payment was declined.
        self.asked: set[str] = set()
        self.declined: set[str] = set()
        # Answers that contradict earlier ones.
        self.contradictions: list[str] = []
        self._closed = asyncio.Event()

    async def shop(self, people: list[Person]) -> None:
        """Has all of them buy until `close`."""
        await asyncio.gather(*(self._shop(person) for person in people))

    def close(self) -> None:
        self._closed.set()

    async def _shop(self, person: Person) -> None:
        deeds = [
            self._open,
            self._join,
            self._plain,
            self._cancel,
            self._repeat,
            self._ship,
            self._receive,
            self._give_back,
        ]
        while not self._closed.is_set():
            [deed] = random.choices(deeds, weights=[5, 10, 4, 2, 3, 2, 2, 1])
            await deed(person)
            await asyncio.sleep(random.uniform(0, _PAUSE))

    async def _ask(self, person: Person, mutation: str, given: dict[str, Any]) -> Answer | None:
        """The answer; for want of one most ask again under the same key until it comes, and some give up.

        That a payment is in progress is none.
        """
        persistent = random.random() < 0.7
        while True:
            answer = await person.sends(mutation, given)
            self.answered += answer is not None
            if answer is not None and not (mutation == "payOrder" and answer.codes == ["CONFLICT"]):
                return answer
            if not persistent or self._closed.is_set():
                return None
            await asyncio.sleep(random.uniform(0, _PATIENCE))

    async def _open(self, person: Person) -> None:
        given = {"groupBuyId": random.choice(self.offers), "quantity": random.choice([1, 1, 2])}
        await self._take(person, "openTeam", {**given, "idempotencyKey": key()})

    async def _join(self, person: Person) -> None:
        if self.teams:
            given = {"teamId": random.choice(self.teams[-8:]), "quantity": 1, "idempotencyKey": key()}
            await self._take(person, "joinTeam", given)

    async def _plain(self, person: Person) -> None:
        lines = [{"variantId": random.choice(self.variants), "quantity": random.choice([1, 2])}]
        await self._take(person, "placeOrder", {"lines": lines, "idempotencyKey": key()})

    async def _take(self, person: Person, mutation: str, given: dict[str, Any]) -> None:
        self.asked.add(given["idempotencyKey"])
        answer = await self._ask(person, mutation, given)
        if answer is None or answer.codes:
            return
        told = self._learn(person, answer)
        self.done.append(Request(person, mutation, given, told.id))
        if mutation == "openTeam":
            self.teams.append(answer.payload["team"]["id"])
        if random.random() < 0.85:
            await self._pay(told)

    def _learn(self, person: Person, answer: Answer) -> Told:
        return self.told.setdefault(answer.order["id"], Told(person, answer.order["id"]))

    async def _pay(self, told: Told) -> None:
        token = random.choice(["一张卡", "一张卡", "一张卡", "decline"])
        given = {"orderId": told.id, "token": token, "idempotencyKey": key()}
        answer = await self._ask(told.buyer, "payOrder", given)
        if answer is None:
            return
        self._heed(told, given, answer)
        if not answer.codes:
            self.done.append(Request(told.buyer, "payOrder", given, told.id))
        elif answer.codes == ["PAYMENT_DECLINED"] and random.random() < 0.5:
            await self._pay(told)

    def _heed(self, told: Told, given: dict[str, Any], answer: Answer) -> None:
        if not answer.codes:
            told.paid = True
        elif answer.codes == ["PAYMENT_DECLINED"]:
            self.declined.add(given["idempotencyKey"])
        elif answer.codes[0] in ("SEAT_EXPIRED", "TEAM_CLOSED", "ENDED"):
            told.too_late = True

    async def _cancel(self, person: Person) -> None:
        told = self._one_of(person)
        if told is None:
            return
        told.cancelling = True
        answer = await self._ask(person, "cancelOrder", {"orderId": told.id})
        if answer is not None and not answer.codes:
            told.cancelled = True

    async def _repeat(self, person: Person) -> None:
        """The same request once more is answered as it was the first time."""
        if not self.done:
            return
        request = random.choice(self.done[-40:])
        answer = await self._ask(request.buyer, request.mutation, request.given)
        if answer is not None and (answer.codes or answer.order["id"] != request.order_id):
            self.contradictions.append(f"{request.mutation} of {request.order_id}, repeated: {answer.payload}")

    async def _ship(self, person: Person) -> None:
        told = self._one_of(person, paid=True, cancelled=False)
        if told is not None:
            given = {"orderId": told.id, "carrier": "顺丰", "trackingNumber": "SF1"}
            answer = await self._ask(self.owner, "shipOrder", given)
            told.shipped |= answer is not None and not answer.codes

    async def _receive(self, person: Person) -> None:
        told = self._one_of(person, shipped=True)
        if told is not None:
            answer = await self._ask(person, "confirmReceipt", {"orderId": told.id})
            told.received |= answer is not None and not answer.codes

    async def _give_back(self, person: Person) -> None:
        """The shop gives a part of an order back."""
        told = self._one_of(person, paid=True)
        if told is not None:
            given = {"orderId": told.id, "amount": "10.00", "note": "运费补偿", "idempotencyKey": key()}
            answer = await self._ask(self.owner, "refundOrder", given)
            if answer is not None and not answer.codes:
                told.parts += 1
                self.done.append(Request(self.owner, "refundOrder", given, told.id))

    def _one_of(self, person: Person, **what: bool) -> Told | None:
        """One of somebody's latest orders of which so much is known."""
        found = [
            told
            for told in list(self.told.values())[-200:]
            if told.buyer is person and all(getattr(told, name) == wanted for name, wanted in what.items())
        ]
        return random.choice(found) if found else None
