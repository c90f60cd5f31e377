"""Replays real teams of a group-buying shop through the public actions, and checks that each ends as it did.

`python -m bench.replay [LIMIT] [--processes N]` replays all of them (or the first LIMIT) on a new PostgreSQL with all
its safety on, by one process or by many at once: neighbours in the record, who want the same items, then race. The
first 2,000 are the project's own (`bench/data`); all 20,000 are read from beside the checkout, where they are.
"""

import argparse
import asyncio
import csv
import gzip
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from api.apps import APPS
from api.embedded import EmbeddedPostgres
from bench.figures import Figure, show
from commerce.catalogue import Variant
from commerce.catalogue import actions as products
from commerce.catalogue import queries as product_queries
from commerce.checkout import actions as checkout
from commerce.checkout import invariants
from commerce.group_buys import TakenSeat
from commerce.group_buys import actions as group_buys
from commerce.group_buys import queries as group_buy_queries
from commerce.group_buys import subscribers as group_buy_subscribers
from commerce.orders import subscribers as order_subscribers
from commerce.payments import SandboxProvider
from commerce.payments import subscribers as payment_subscribers
from commerce.payments.events import RefundCompleted, RefundRequested
from commerce.shops import actions as shop_actions
from core import clock, db, migrator
from core.bus import MemoryBus
from core.ids import new_id
from core.relay import BatchLane, Lane, Relay
from demo import founding, texts
from people.accounts import actions as accounts

TEAMS: Final = Path(__file__).parent / "data" / "teams.csv"
MORE_TEAMS: Final = Path(__file__).parents[2] / "shared" / "data" / "group_buy_replay_20k.csv.gz"
_AT_ONCE: Final = 8
_PROCESSES: Final = 4
_TTL: Final = 86_400
_OWN: Final = 2_000
_FEN: Final = Decimal(100)


class Team(msgspec.Struct, frozen=True):
    """A line of the record: who opened it on which item, who joined, and whether it succeeded."""

    success: bool
    leader: str
    item: str
    joiners: tuple[str, ...]

    @property
    def size(self) -> int:
        """People it needed; the record does not say it of teams that failed, so that two stand for them."""
        return max(2, 1 + len(self.joiners))


class Replayed(msgspec.Struct, frozen=True):
    """How it went: teams replayed, seats paid, seconds they took, what ended otherwise, and what offends."""

    teams: int
    seats: int
    seconds: float
    astray: list[str]
    violations: list[invariants.Violation]


class Shared(msgspec.Struct, frozen=True):
    """How many processes replay, and the database that is theirs together."""

    url: str
    processes: int


def recorded(limit: int | None) -> list[Team]:
    """The first teams of the record; all that can be had if there is no limit."""
    own = (limit is not None and limit <= _OWN) or not MORE_TEAMS.exists()
    with TEAMS.open(encoding="utf-8") if own else gzip.open(MORE_TEAMS, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:limit]
    return [
        Team(row["success"] == "1", row["initiator"], row["item"], tuple(row["participants"].split())) for row in rows
    ]


async def replay(
    limit: int | None = None, progress: Callable[[int], None] | None = None, shared: Shared | None = None
) -> Replayed:
    """Replays the first `limit` teams on an empty database; `progress` is told how many are done.

    With `shared`, so many processes of their own do it.
    """
    teams = recorded(limit)
    with clock.movable() as moving:
        people = await _sign_up(teams)
        offers = await _offer(teams)
        started = time.perf_counter()
        if shared is None:
            played = await _play(dict(enumerate(teams)), people, offers, progress)
        else:
            played = await asyncio.to_thread(_play_by_many, shared, teams, people, offers)
        moving.move(_TTL + 1)
        while await group_buys.expire_teams():
            pass
        seconds = time.perf_counter() - started
        await _refund()
        astray = await _astray(teams, played)
        seats = sum(1 + len(team.joiners) for team in teams)
        return Replayed(len(teams), seats, seconds, astray, await invariants.violations())


async def _sign_up(teams: Sequence[Team]) -> dict[str, UUID]:
    """An account for everybody in the record, all at once: nobody is measured signing up."""
    people = {person: new_id() for team in teams for person in (team.leader, *team.joiners)}
    await db.execute(
        "INSERT INTO accounts (id, handle, handle_key, display_name, bio, password_hash, is_kol, follower_count,"
        " following_count, note_count, failed_sign_ins, created_at)"
        " SELECT id, name, name, name, '', '', false, 0, 0, 0, 0, $3"
        " FROM unnest($1::uuid[], $2::text[]) AS p (id, name)",
        list(people.values()),
        [f"user_{person}" for person in people],
        clock.now(),
    )
    return people


Offers = dict[tuple[str, int], UUID]


async def _offer(teams: Sequence[Team]) -> Offers:
    """A shop with the demo's products, and an offer for each of its variants and team sizes that the teams need."""
    owner_id = await accounts.create("replay_shop", "拼团商店", "no password")
    await shop_actions.open_shop(owner_id, "拼团商店")
    count = sum(len(product.variants) for _, product in texts.products().values())
    places = {item: index % count for index, item in enumerate(dict.fromkeys(team.item for team in teams))}
    units: Counter[tuple[int, int]] = Counter()
    for team in teams:
        # Also of a team that never became full: a unit is kept for each of its seats.
        units[places[team.item], team.size] += max(team.size, 1 + len(team.joiners))
    variants = await _stock(owner_id, units)
    made: dict[tuple[int, int], UUID] = {}
    for (place, size), needed in units.items():
        made[place, size] = await _one_offer(owner_id, variants[place], size, needed)
    return {(team.item, team.size): made[places[team.item], team.size] for team in teams}


async def _one_offer(owner_id: UUID, variant: Variant, size: int, units: int) -> UUID:
    offer = await group_buys.create(
        owner_id,
        variant.id,
        price=Decimal(variant.price_minor - 1) / _FEN,
        team_size=size,
        team_ttl_seconds=_TTL,
        ends_at=clock.now() + timedelta(days=30),
        stock=units,
        per_user_limit=999,
    )
    return offer.id


async def _stock(owner_id: UUID, units: Counter[tuple[int, int]]) -> list[Variant]:
    """Creates the products, and stocks up what the teams of the record need of each variant."""
    created = []
    for _, text in texts.products().values():
        variants = [founding.variant(text, number) for number in range(len(text.variants))]
        made = await products.create_product(owner_id, text.title, text.description, [], "CNY", variants)
        created.append(made.id)
    found = [variant for group in await product_queries.variants_of(created) for variant in group]
    needed: Counter[int] = Counter()
    for (place, _), count in units.items():
        needed[place] += count
    for place, count in needed.items():
        if found[place].stock < count:
            await products.update_stock(owner_id, found[place].id, count)
    return found


async def _play(
    teams: Mapping[int, Team], people: dict[str, UUID], offers: Offers, progress: Callable[[int], None] | None = None
) -> dict[int, UUID]:
    """Opens, joins and pays, several teams at a time and each in its own order; the ids of the teams by their line."""
    waiting = iter(teams.items())
    played: dict[int, UUID] = {}

    async def work() -> None:
        for line, team in waiting:
            played[line] = await _play_one(team, people, offers[team.item, team.size])
            if progress is not None:
                progress(len(played))

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    return played


def _play_by_many(shared: Shared, teams: Sequence[Team], people: dict[str, UUID], offers: Offers) -> dict[int, UUID]:
    """`_play`, dealt out to processes line by line."""
    lines = dict(enumerate(teams))
    hands = [{line: lines[line] for line in lines if line % shared.processes == n} for n in range(shared.processes)]
    # Begun anew, so that no connection is inherited.
    with ProcessPoolExecutor(shared.processes, multiprocessing.get_context("spawn")) as pool:
        playing = [pool.submit(_play_hand, shared.url, hand, people, offers) for hand in hands]
        return {line: team for played in playing for line, team in played.result().items()}


def _play_hand(url: str, teams: Mapping[int, Team], people: dict[str, UUID], offers: Offers) -> dict[int, UUID]:
    async def play() -> dict[int, UUID]:
        async with db.connected(url):
            return await _play(teams, people, offers)

    return asyncio.run(play())


async def _play_one(team: Team, people: dict[str, UUID], offer_id: UUID) -> UUID:
    taken = await group_buys.open_team(people[team.leader], offer_id, 1, None, new_id().hex)
    await _pay(taken)
    for joiner in team.joiners:
        await _pay(await group_buys.join_team(people[joiner], taken.team.id, 1, None, new_id().hex))
    return taken.team.id


async def _pay(taken: TakenSeat) -> None:
    outcome = await checkout.pay(taken.seat.user_id, taken.order.id, SandboxProvider(), "a token", new_id().hex)
    if outcome.refusal is not None:
        raise outcome.refusal


async def _refund() -> None:
    """Has all refunds carried out and counted, as the background would."""
    providers = {SandboxProvider.name: SandboxProvider()}
    lanes: list[Lane | BatchLane] = [
        BatchLane("refunds", [RefundRequested], partial(payment_subscribers.on_refunds_requested, providers)),
        Lane("orders", {RefundCompleted: order_subscribers.on_refund_completed}),
        Lane("group_buys", {RefundCompleted: group_buy_subscribers.on_refund_completed}),
    ]
    await Relay(MemoryBus(), lanes).drain()


async def _astray(teams: Sequence[Team], played: dict[int, UUID]) -> list[str]:
    """Teams that did not end as the record says, with as many members as it says."""
    found = await group_buy_queries.teams_by_ids(None, [played[line] for line in range(len(teams))])
    return [
        f"line {line}: {team} ended as {ended}"
        for line, (team, ended) in enumerate(zip(teams, found, strict=True))
        if ended is None
        or ended.status != ("SUCCEEDED" if team.success else "FAILED")
        or ended.joined_count != 1 + len(team.joiners)
    ]


async def measured(
    limit: int | None = None, processes: int = 1, progress: Callable[[int], None] | None = None
) -> Replayed:
    """Replays the first `limit` teams (None: all) on a PostgreSQL started for it, with all its safety on."""
    with tempfile.TemporaryDirectory(prefix="zhongcao-replay-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            url = server.start()
            await migrator.migrate(url, APPS)
            async with db.connected(url):
                return await replay(limit, progress, Shared(url, processes) if processes > 1 else None)
        finally:
            server.stop()


def figures(limit: int | None = None, processes: int = _PROCESSES) -> list[Figure]:
    """Replays, and tells the pace and whatever went astray."""
    result = asyncio.run(measured(limit, processes, _show))
    for problem in [*result.astray, *result.violations]:
        print(problem)
    pace = f"{result.teams / result.seconds:.0f} teams/s, {result.seats / result.seconds:.0f} seats/s"
    by = "one process" if processes == 1 else f"{processes} processes at once"
    return [
        Figure(f"{result.teams:,} real teams, {by}: opened, joined, paid, expired", pace),
        Figure("… ended otherwise than recorded", str(len(result.astray)), "0"),
        Figure("… rows against an invariant", str(len(result.violations)), "0"),
    ]


def _show(done: int) -> None:
    if done % 100 == 0:
        print(f"\r{done} teams", end="\n" if done % _OWN == 0 else "", flush=True)


def _main() -> None:
    parser = argparse.ArgumentParser("python -m bench.replay")
    parser.add_argument("limit", nargs="?", type=int, help="teams to replay; all of them if left out")
    parser.add_argument("--processes", type=int, default=1, help="how many replay at once; 1 if left out")
    given = parser.parse_args()
    show("Replay", figures(given.limit, given.processes))


if __name__ == "__main__":
    _main()
