"""Several servers and a worker on one PostgreSQL: whatever many want at once, exactly one of them gets."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from core import clock, db
from tests.commerce import books
from tests.factories import people as factory
from tests.processes.market import Answer, Market, Person, key, offer, uuid_of, variant
from tests.services import postgres, programs, together
from tests.waiting import PATIENCE

_BUYERS = 200
_SERVERS = 2


class Place:
    """A database, the addresses of the servers on it, and people who have signed in."""

    def __init__(self, url: str, addresses: list[str], people: list[tuple[UUID, str]]) -> None:
        self.url = url
        self.addresses = addresses
        self.people = people


async def _signed_in(url: str) -> list[tuple[UUID, str]]:
    async with db.connected(url):
        ids = [await factory.person("买家") for _ in range(_BUYERS)]
        return list(zip(ids, await factory.tokens(ids), strict=True))


@pytest.fixture(scope="module")
def place(postgres_server: postgres.Postgres) -> Iterator[Place]:
    """Servers and a worker that all tests here share: they take longer to start than to be raced on."""
    asyncio.run(postgres.make_database(postgres_server, "races"))
    url = postgres_server.url("races")
    with ExitStack() as stack:
        environment = stack.enter_context(together.started(url))
        with ThreadPoolExecutor(_SERVERS) as starter:
            starting = [starter.submit(programs.Served, environment=environment) for _ in range(_SERVERS)]
            servers = [start.result() for start in starting]
        for server in servers:
            stack.callback(server.stop)
        stack.enter_context(programs.working(**environment))
        yield Place(url, [server.address for server in servers], asyncio.run(_signed_in(url)))


@pytest.fixture
async def market(place: Place) -> AsyncIterator[Market]:
    """The market; after each test all comes to rest, nothing offends, and the network's books are ours."""
    limits = httpx.Limits(max_connections=_BUYERS, max_keepalive_connections=_BUYERS)
    async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as http, db.connected(place.url):
        market = Market(http, place.addresses)
        yield market
        await books.come_to_rest()
        assert await books.offending() == []
        assert await books.disagreements() == []
        assert market.failures == []


@pytest.fixture
def buyers(place: Place, market: Market) -> list[Person]:
    return [market.person(*each) for each in place.people]


async def at_once(*sent: Awaitable[Answer | None], within: float = 0.05) -> list[Answer]:
    """Answers to requests that are sent within so many seconds, in no particular order."""

    async def soon(one: Awaitable[Answer | None]) -> Answer:
        await asyncio.sleep(random.uniform(0, within))
        answer = await one
        assert answer is not None
        return answer

    return await asyncio.gather(*(soon(one) for one in sent))


def tally(answers: Sequence[Answer]) -> Counter[str]:
    return Counter(" ".join(answer.codes) or "done" for answer in answers)


def joining(buyer: Person, team: str) -> Awaitable[Answer | None]:
    return buyer.sends("joinTeam", {"teamId": team, "idempotencyKey": key()})


def paying(buyer: Person, order: str, under: str | None = None) -> Awaitable[Answer | None]:
    return buyer.sends("payOrder", {"orderId": order, "idempotencyKey": under or key()})


async def opened(buyer: Person, group_buy: str) -> Answer:
    """A team whose leader has paid."""
    taken = await buyer.does("openTeam", groupBuyId=group_buy, idempotencyKey=key())
    await buyer.does("payOrder", orderId=taken.order["id"], idempotencyKey=key())
    return taken


async def joined(buyer: Person, team: str) -> str:
    """The unpaid order of a seat."""
    taken = await buyer.does("joinTeam", teamId=team, idempotencyKey=key())
    found: str = taken.order["id"]
    return found


async def status_of(table: str, global_id: str) -> str:
    found: str = await db.value(f"SELECT status FROM {table} WHERE id = $1", uuid_of(global_id))
    return found


async def charges_of(order: str) -> int:
    found: int = await db.value(
        "SELECT count(*) FROM payments p JOIN payments_sandbox_charges c ON c.key = replace(p.id::text, '-', '')"
        " WHERE p.order_id = $1 AND c.status = 'CAPTURED'",
        uuid_of(order),
    )
    return found


class TestTheLast:
    async def test_seat(self, market: Market, buyers: list[Person]) -> None:
        group_buy = await offer(await market.shop(), stock=_BUYERS + 2, teamSize=3)
        team: str = (await opened(buyers[0], group_buy)).payload["team"]["id"]
        await buyers[1].does("payOrder", orderId=await joined(buyers[1], team), idempotencyKey=key())
        others = (await market.people(2)) + buyers[2:]
        answers = await at_once(*(joining(buyer, team) for buyer in others))
        assert tally(answers) == {"done": 1, "TEAM_FULL": _BUYERS - 1}
        [(buyer, won)] = [(who, found) for who, found in zip(others, answers, strict=True) if not found.codes]
        assert (await buyer.does("payOrder", orderId=won.order["id"], idempotencyKey=key())).order[
            "status"
        ] == "CONFIRMED"
        assert await status_of("teams", team) == "SUCCEEDED"
        assert await db.value("SELECT count(*) FROM seats WHERE team_id = $1", uuid_of(team)) == 3

    async def test_unit_of_a_variant(self, market: Market, buyers: list[Person]) -> None:
        last = await variant(await market.shop(), stock=1)
        lines = [{"variantId": last, "quantity": 1}]
        answers = await at_once(
            *(buyer.sends("placeOrder", {"lines": lines, "idempotencyKey": key()}) for buyer in buyers)
        )
        assert tally(answers) == {"done": 1, "OUT_OF_STOCK": _BUYERS - 1}

    async def test_unit_of_an_offer(self, market: Market, buyers: list[Person]) -> None:
        # A unit for a leader and one for who joins; the third is too few for another team.
        group_buy = await offer(await market.shop(), stock=3)
        answers = await at_once(
            *(buyer.sends("openTeam", {"groupBuyId": group_buy, "idempotencyKey": key()}) for buyer in buyers)
        )
        assert tally(answers) == {"done": 1, "OUT_OF_STOCK": _BUYERS - 1}


class TestFiftyTimes:
    async def test_the_same_seat_and_the_same_payment(self, market: Market, buyers: list[Person]) -> None:
        group_buy = await offer(await market.shop(), stock=60, teamSize=50)
        team: str = (await opened(buyers[0], group_buy)).payload["team"]["id"]
        given: dict[str, Any] = {"teamId": team, "idempotencyKey": key()}
        taken = await at_once(*(buyers[1].sends("joinTeam", given) for _ in range(50)))
        [order] = {answer.order["id"] for answer in taken}
        under = key()
        paid = await at_once(*(paying(buyers[1], order, under) for _ in range(50)))
        assert set(tally(paid)) <= {"done", "CONFLICT"} and tally(paid)["done"] > 0
        again = await paying(buyers[1], order, under)
        assert again is not None and again.order["status"] == "AWAITING_TEAM"
        assert await charges_of(order) == 1
        assert await db.value("SELECT joined_count FROM teams WHERE id = $1", uuid_of(team)) == 2

    async def test_fifty_payments_of_one_order_take_its_price_once(self, market: Market, buyers: list[Person]) -> None:
        lines = [{"variantId": await variant(await market.shop(), stock=5), "quantity": 1}]
        placed = await buyers[0].does("placeOrder", lines=lines, idempotencyKey=key())
        order = placed.order["id"]
        paid = await at_once(*(paying(buyers[0], order) for _ in range(50)))
        assert tally(paid)["done"] == 1 and set(tally(paid)) <= {"done", "CONFLICT", "WRONG_STATE"}
        assert await charges_of(order) == 1


class TestCancelAgainstPay:
    async def test_a_seat_is_given_back_or_paid_and_then_given_back(self, market: Market, buyers: list[Person]) -> None:
        group_buy = await offer(await market.shop(), stock=_BUYERS, teamSize=100)
        team: str = (await opened(buyers[0], group_buy)).payload["team"]["id"]
        those = buyers[1:41]
        orders = [await joined(buyer, team) for buyer in those]
        answers = await at_once(
            *(paying(buyer, order) for buyer, order in zip(those, orders, strict=True)),
            *(buyer.sends("cancelOrder", {"orderId": order}) for buyer, order in zip(those, orders, strict=True)),
        )
        assert set(tally(answers[:40])) <= {"done", "SEAT_EXPIRED"}
        assert tally(answers[40:]) == {"done": 40}
        for order in orders:
            charged = await charges_of(order)
            assert (await status_of("orders", order), charged) in {
                ("CANCELLED", 0),
                ("CANCELLED", 1),
                ("REFUNDING", 1),
                ("REFUNDED", 1),
            }
            owed = "SELECT count(*) FROM refunds WHERE order_id = $1"
            assert await db.value(owed, uuid_of(order)) == charged
        counted = await db.row("SELECT joined_count, held_count FROM teams WHERE id = $1", uuid_of(team))
        assert counted is not None and tuple(counted) == (1, 0)


class TestExpiryAgainstTheLastPayment:
    async def test_a_team_succeeds_or_fails_and_everybody_with_it(self, market: Market, buyers: list[Person]) -> None:
        group_buy = await offer(await market.shop(), stock=_BUYERS, teamSize=2, teamTtlSeconds=3600)
        pairs = list(zip(buyers[:20], buyers[20:40], strict=True))

        async def last_moment(leader: Person, member: Person) -> tuple[str, list[str], int]:
            opening = await opened(leader, group_buy)
            team: str = opening.payload["team"]["id"]
            order = await joined(member, team)
            # The deadline is moved to where the payment is.
            deadline = clock.now() + timedelta(seconds=random.uniform(0, 0.16))
            await db.execute("UPDATE teams SET expires_at = $2 WHERE id = $1", uuid_of(team), deadline)
            await asyncio.sleep(random.uniform(0, 0.16))
            answer = await paying(member, order)
            assert answer is not None and set(answer.codes) <= {"SEAT_EXPIRED", "TEAM_CLOSED", "PAYMENT_DECLINED"}
            return team, [opening.order["id"], order], len(answer.codes)

        played = await asyncio.gather(*(last_moment(*pair) for pair in pairs))
        await books.come_to_rest()
        for team, orders, refusals in played:
            ended = (await status_of("teams", team), *[await status_of("orders", order) for order in orders])
            if refusals:
                assert ended in {("FAILED", "REFUNDED", "CANCELLED")}
            else:
                assert ended == ("SUCCEEDED", "CONFIRMED", "CONFIRMED")
