"""A page costs a page, however many offers, teams and seats there are: no list of group-buys is ever sorted whole."""

import asyncio
from uuid import UUID

import pytest

from commerce.group_buys import actions, queries
from core import clock, db
from core.ids import BEYOND, new_id
from core.pagination import PageRequest
from tests.factories import group_buys as factory
from tests.factories.people import person
from tests.plans import rows_read

MANY = 3000


async def many_offers() -> None:
    """Offers copied from one by their columns, each with another end and another count of people."""
    await factory.offer(ends_in=3600)
    await _copy("group_buys", {"ends_at": "ends_at + step * interval '1 s'", "joined_count": "step % 50"})
    await db.execute("ANALYZE group_buys")


async def many_teams() -> tuple[UUID, UUID]:
    """An offer, and somebody who leads all its many open teams."""
    taken = await factory.opened(await factory.offer(stock=1_000_000, team_size=50, per_user_limit=999))
    await _copy("teams", {"joined_count": "1 + step % 40"})
    await db.execute("UPDATE group_buys SET open_seats = (SELECT sum(size - joined_count - held_count) FROM teams)")
    await db.execute("ALTER TABLE seats DROP CONSTRAINT seats_order_fk")
    await db.execute("ALTER TABLE seats DROP CONSTRAINT seats_team_fk")
    await db.execute("DELETE FROM seats")
    await db.execute(
        "INSERT INTO seats (id, team_id, group_buy_id, user_id, order_id, quantity, status, paid_at, joined_sequence)"
        " SELECT gen_random_uuid(), id, group_buy_id, leader_id, gen_random_uuid(), 1, 'PAID', $1, 1 FROM teams",
        clock.now(),
    )
    await db.execute("ANALYZE teams")
    await db.execute("ANALYZE seats")
    return taken.team.group_buy_id, taken.seat.user_id


async def _copy(table: str, changed: dict[str, str]) -> None:
    names = [
        name
        for (name,) in await db.rows(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped",
            table,
        )
    ]
    values = [{**changed, "id": "gen_random_uuid()"}.get(name, name) for name in names]
    await db.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM {table} CROSS JOIN generate_series(1, {MANY}) AS step"
    )


@pytest.mark.usefixtures("database")
class TestPages:
    async def test_of_offers(self, statements: list[str]) -> None:
        await many_offers()
        now = f"'{clock.now().isoformat()}'"
        statements.clear()
        await queries.ending_soon(PageRequest(20, None))
        await queries.newest(PageRequest(20, None))
        await queries.popular(PageRequest(20, None))
        ending_soon, newest, popular = statements
        assert await rows_read(ending_soon, now, now, f"'{BEYOND}'", "21") == 21
        assert await rows_read(newest, now, f"'{BEYOND}'", "21") == 21
        assert await rows_read(popular, now, "2147483647", f"'{BEYOND}'", "21") == 21
        assert await rows_read(popular, now, "25", f"'{new_id()}'", "21") <= 63

    async def test_of_open_teams_and_of_a_persons_teams(self, statements: list[str]) -> None:
        offer_id, leader_id = await many_teams()
        now = f"'{clock.now().isoformat()}'"
        statements.clear()
        [page] = await queries.open_teams([offer_id], PageRequest(10, None))
        [mine] = await queries.teams_of_viewer([leader_id], PageRequest(10, None))
        assert len(page.nodes) == len(mine.nodes) == 10
        open_teams, teams_of_viewer = statements
        assert await rows_read(open_teams, f"ARRAY['{offer_id}']::uuid[]", now, "0", f"'{BEYOND}'", "11") == 11
        assert await rows_read(teams_of_viewer, f"ARRAY['{leader_id}']::uuid[]", f"'{BEYOND}'", "11") == 11


@pytest.mark.usefixtures("database")
class TestTimers:
    async def test_nothing_due_reads_nothing(self, statements: list[str]) -> None:
        await many_offers()
        await many_teams()
        statements.clear()
        assert await actions.expire_teams() == await actions.release_overdue_seats() == 0
        for statement in list(statements):
            assert await rows_read(statement, f"'{clock.now().isoformat()}'", "'{}'", "100") == 0


@pytest.mark.usefixtures("database")
class TestTaking:
    async def test_costs_the_same_in_a_crowd(self, statements: list[str]) -> None:
        offer_id, _ = await many_teams()
        buyer, another = await person("阿珍"), await person("阿强")
        [page] = await queries.open_teams([offer_id], PageRequest(1, None))
        statements.clear()
        await actions.join_team(buyer, page.nodes[0].id, 1, None, new_id().hex)
        # The first asks for the offer of a team that this process has not met yet.
        assert len(statements) == 1 + 6
        statements.clear()
        await actions.join_team(another, page.nodes[0].id, 1, None, new_id().hex)
        assert len(statements) == 6

    async def test_a_round_reads_what_it_is_about(self, statements: list[str]) -> None:
        offer_id, _ = await many_teams()
        await db.execute("ALTER TABLE seats DROP CONSTRAINT seats_user_fk")
        await db.execute("UPDATE seats SET user_id = gen_random_uuid()")
        await db.execute("ANALYZE seats")
        [page] = await queries.open_teams([offer_id], PageRequest(50, None))
        buyers = [await person("团员") for _ in page.nodes]
        statements.clear()
        await asyncio.gather(
            *(
                actions.join_team(buyer, team.id, 1, None, new_id().hex)
                for buyer, team in zip(buyers, page.nodes, strict=True)
            )
        )
        [lookup, keys, teams_and_seats] = [
            text for text in statements if "FROM teams WHERE" in text or "JOIN orders" in text or "theirs" in text
        ]
        people, teams = _array(buyers), _array([team.id for team in page.nodes])
        # Each row as it was and as it has become, and never the thousands of others.
        most = 4 * len(page.nodes)
        assert await rows_read(lookup, teams) <= most
        assert await rows_read(keys, people, "array_fill('a key'::text, ARRAY[50])") <= most
        offers = _array([offer_id] * len(buyers))
        assert await rows_read(teams_and_seats, offers, people, "'{}'", offers, teams) <= most


def _array(ids: list[UUID]) -> str:
    return f"ARRAY[{', '.join(repr(str(identity)) for identity in ids)}]::uuid[]"
