"""The real thing beside the model: actions on a PostgreSQL, and a network that fails where it is wanted."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from api import wiring
from commerce.checkout import actions as checkout
from commerce.payments import Charge, Outcome, SandboxProvider
from commerce.payments import queries as payment_queries
from commerce.payments.provider import NoAnswerError
from commerce.payments.sandbox import DECLINING_TOKEN
from core import db
from core.bus import MemoryBus
from core.errors import Refusal
from core.relay import Relay
from tests.commerce.stateful.book import Refund
from tests.commerce.stateful.model import Model, Way
from tests.factories import products
from tests.factories.people import person
from tests.graph import Graph

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
# What is sold: (price, stock).
VARIANTS = ((12_800, 60), (5_000, 40))
BUYERS = 6


class Call:
    """A payment on its way: `arrived` when the network takes its time, which it does until `answered`."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.arrived = asyncio.Event()
        self.answered = asyncio.Event()


_call: ContextVar[Call | None] = ContextVar("call", default=None)


class Network(SandboxProvider):
    """The sandbox, with each fault where it is wanted."""

    def __init__(self) -> None:
        super().__init__(b"stateful")
        # Charges about which it says nothing, and what becomes of refunds, by their keys.
        self.silent: set[str] = set()
        self.fates: dict[str, str] = {}

    async def authorise(self, charge: Charge) -> Outcome:
        await self._at("authorise")
        call = _call.get()
        self.faults.two_steps = call is not None and call.way.two_steps
        outcome = await super().authorise(charge)
        await self._at("authorised")
        return outcome

    async def capture(self, key: str) -> Outcome:
        await self._at("capture")
        outcome = await super().capture(key)
        await self._at("captured")
        return outcome

    async def query(self, key: str) -> Outcome | None:
        if key in self.silent:
            raise NoAnswerError("silent")
        return await super().query(key)

    async def refund(self, key: str, charge_key: str, minor: int, currency: str) -> None:
        fate = self.fates.get(key)
        if fate == "lost":
            raise NoAnswerError(fate)
        await super().refund(key, charge_key, minor, currency)
        if fate is not None:
            raise NoAnswerError(fate)

    async def _at(self, place: str) -> None:
        call = _call.get()
        if call is None:
            return
        if call.way.waits == place:
            call.arrived.set()
            await call.answered.wait()
        if call.way.lost == place:
            raise NoAnswerError(place)


async def calling(
    network: Network, way: Way, buyer_id: UUID, order_id: UUID, key: str
) -> tuple[Call, "asyncio.Task[Outcomes]"]:
    """Pays, until the network takes its time or has answered."""
    call = Call(way)
    token = _call.set(call)
    try:
        task = asyncio.create_task(_pay(network, way, buyer_id, order_id, key))
    finally:
        _call.reset(token)
    arrived = asyncio.create_task(call.arrived.wait())
    await asyncio.wait({task, arrived}, return_when=asyncio.FIRST_COMPLETED)
    arrived.cancel()
    return call, task


async def _pay(network: Network, way: Way, buyer_id: UUID, order_id: UUID, key: str) -> "Outcomes":
    try:
        paid = await checkout.pay(buyer_id, order_id, network, "一张卡" if way.good else DECLINING_TOKEN, key)
    except Refusal as refusal:
        return Outcomes(refusal.code)
    return Outcomes(paid.refusal.code if paid.refusal else None)


class Outcomes(msgspec.Struct, frozen=True):
    """What came of a deed: the code of a refusal, or the ids of the order and the team that it made."""

    code: str | None = None
    order_id: UUID | None = None
    team_id: UUID | None = None
    offer_id: UUID | None = None


class Ids(msgspec.Struct):
    """The ids of what the model knows by number."""

    offers: list[UUID] = []
    teams: list[UUID] = []
    orders: list[UUID] = []


class World:
    """An empty installation with people and variants, and no other process."""

    network: Network
    owner: UUID
    buyers: list[UUID]
    variants: list[UUID]

    async def begin(self) -> None:
        self.network = Network()
        providers = {self.network.name: self.network}
        services = dataclasses.replace(Graph().services, providers=providers)
        lanes = [lane for lane in wiring.lanes(services) if lane.name not in ("search", "live")]
        self._relay = Relay(MemoryBus(), lanes)
        self.timers = {timer.name: timer.work for timer in wiring.timers(services)}
        self.owner = await person("店主")
        self.buyers = [await person("团员") for _ in range(BUYERS)]
        made = [await products.variant(self.owner, price=str(price // 100), stock=stock) for price, stock in VARIANTS]
        self.variants = [variant.id for variant in made]

    async def react(self) -> None:
        await self._relay.drain()


async def outcome_of(deed: Awaitable[Any], tell: Callable[[Any], Mapping[str, UUID]] = lambda _: {}) -> Outcomes:
    """What came of it; refusals by their codes."""
    try:
        done = await deed
    except Refusal as refusal:
        return Outcomes(refusal.code)
    return Outcomes(**tell(done))


def at(seconds: int) -> datetime:
    """The instant that the model calls so."""
    return BEGINNING + timedelta(seconds=seconds)


def _seconds(instant: datetime | None) -> int | None:
    return None if instant is None else round((instant - BEGINNING).total_seconds())


async def seen(world: World, ids: Ids) -> dict[str, Any]:
    """Everything that is to be seen of commerce, in the model's numbers."""
    offers = {key: number for number, key in enumerate(ids.offers)}
    orders = {key: number for number, key in enumerate(ids.orders)}
    buyers = {key: number for number, key in enumerate(world.buyers)}
    found: dict[str, Any] = {}
    rows = await db.rows("SELECT id, stock, held FROM variants")
    found["variants"] = {world.variants.index(row[0]): (row[1], row[2]) for row in rows}
    rows = await db.rows("SELECT id, held, sold, joined_count, phase, open_seats FROM group_buys")
    found["offers"] = {offers.get(row[0]): tuple(row)[1:] for row in rows}
    rows = await db.rows(
        "SELECT id, status, joined_count, held_count, leader_id, expires_at, merchant_filled_count > 0 FROM teams"
    )
    teams = {key: number for number, key in enumerate(ids.teams)}
    found["teams"] = {teams.get(r[0]): (r[1], r[2], r[3], buyers[r[4]], _seconds(r[5]), r[6]) for r in rows}
    rows = await db.rows("SELECT id, buyer_id, status, total_minor, refunded_minor, pay_by FROM orders")
    found["orders"] = {orders.get(r[0]): (buyers[r[1]], r[2], r[3], r[4], _seconds(r[5])) for r in rows}
    rows = await db.rows("SELECT order_id, team_id, quantity, status, held_until FROM seats")
    found["seats"] = {orders.get(r[0]): (teams.get(r[1]), r[2], r[3], _seconds(r[4])) for r in rows}
    rows = await db.rows(
        "SELECT p.order_id, p.idempotency_key, p.status, p.minor, p.refunding_minor, c.status FROM payments p"
        " LEFT JOIN payments_sandbox_charges c ON c.key = replace(p.id::text, '-', '')"
    )
    found["payments"] = {(orders.get(row[0]), row[1]): tuple(row)[2:] for row in rows}
    rows = await db.rows(
        "SELECT r.order_id, r.minor, r.reason, r.status, r.attempts, CASE WHEN r.status <> 'DONE' THEN r.due_at END,"
        " g.minor IS NOT NULL FROM refunds r LEFT JOIN payments_sandbox_refunds g"
        " ON g.key = replace(r.id::text, '-', '') ORDER BY r.id"
    )
    found["refunds"] = sorted(((orders.get(r[0]), *tuple(r)[1:5], _seconds(r[5]), r[6]) for r in rows), key=repr)
    return found


def expected(model: Model) -> dict[str, Any]:
    """The same by the model."""
    return {
        "variants": {n: (v.stock, model.promised(n)) for n, v in enumerate(model.variants)},
        "offers": {
            n: (model.held(n), model.sold(n), model.people(n), offer.phase, model.open_seats(n))
            for n, offer in enumerate(model.offers)
        },
        "teams": {
            n: (team.status, len(team.members), len(model.seats_in(n, "HELD")), team.leader, team.expires, team.filled)
            for n, team in enumerate(model.teams)
        },
        "orders": {n: (o.buyer, o.status, o.total, o.refunded, o.pay_by) for n, o in enumerate(model.orders)},
        "seats": {
            n: (o.seat.team, o.seat.quantity, o.seat.status, o.pay_by) for n, o in enumerate(model.orders) if o.seat
        },
        "payments": {
            (p.order, p.key): (
                p.status,
                p.minor,
                model.given_back(p.order) if p.status == "CAPTURED" else 0,
                p.charge,
            )
            for p in model.payments
        },
        "refunds": sorted(
            (
                (r.order, r.minor, r.reason, r.status, r.attempts, None if r.status == "DONE" else r.due, r.given)
                for r in model.refunds
            ),
            key=repr,
        ),
    }


def unlike(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    """What is there and what was to be, where they differ."""
    lines = []
    for what in wanted:
        there, model = (dict(enumerate(s[what])) if what == "refunds" else s[what] for s in (found, wanted))
        differing = [key for key in there.keys() | model.keys() if there.get(key) != model.get(key)]
        lines += [f"{what} {key}: {there.get(key)} where {model.get(key)} was to be" for key in differing]
    return "\n".join(lines)


async def payment_keys(ids: Ids, model: Model) -> list[str]:
    """The network's keys of the model's payments."""
    keys = {}
    for order in {payment.order for payment in model.payments}:
        rows = await db.rows("SELECT id, idempotency_key FROM payments WHERE order_id = $1", ids.orders[order])
        keys.update({(order, key): identity.hex for identity, key in rows})
    return [keys[payment.order, payment.key] for payment in model.payments]


async def refund_keys(ids: Ids, refunds: Sequence[Refund]) -> list[tuple[str, Refund]]:
    """The network's keys of the model's refunds."""
    found = []
    for order in {refund.order for refund in refunds}:
        rows = await payment_queries.refunds_of_order(ids.orders[order])
        mine = [refund for refund in refunds if refund.order == order]
        found += [(row.id.hex, refund) for row, refund in zip(rows, mine, strict=True)]
    return found


async def captures_told(ids: Ids) -> list[int]:
    """The model's orders whose captures the outbox tells of, in its order."""
    rows = await db.rows("SELECT payload->>'order_id' FROM outbox WHERE name = 'PaymentCaptured' ORDER BY id")
    return [ids.orders.index(UUID(row[0])) for row in rows]
