"""Seeding: a whole and consistent world, alive at once, and again on another day."""

from datetime import timedelta

import pytest

import demo
from api import counters
from commerce.checkout import invariants
from core import clock, db
from people.accounts import actions as account_actions
from people.accounts import queries as account_queries
from people.accounts.errors import WrongCredentials
from tests.demo.conftest import SETTINGS, FirstRun

pytestmark = pytest.mark.usefixtures("seeded")


async def counts() -> dict[str, int]:
    tables = ("accounts", "products", "notes", "comments", "follows", "group_buys", "teams", "orders", "live_streams")
    return {table: await db.value(f"SELECT count(*) FROM {table}") for table in tables}


async def open_teams() -> int:
    return await db.value(
        "SELECT count(*) FROM teams WHERE status = 'OPEN' AND expires_at > $1 AND joined_count < size", clock.now()
    )


class TestTheWorld:
    async def test_is_as_large_as_promised(self) -> None:
        found = await counts()
        assert (found["accounts"], found["products"], found["notes"], found["group_buys"]) == (40, 84, 300, 16)
        assert found["comments"] > 200 and found["follows"] > 300
        assert await open_teams() == 25
        assert await db.value("SELECT count(*) FROM accounts WHERE is_kol") == 12

    async def test_is_consistent(self) -> None:
        assert await invariants.violations() == []
        assert await counters.drifts() == []

    async def test_has_no_note_twice(self) -> None:
        assert await db.value("SELECT count(DISTINCT body) = count(*) FROM notes")

    async def test_has_grown_over_weeks_in_the_order_of_its_ids(self) -> None:
        times = [row["published_at"] for row in await db.rows("SELECT published_at FROM notes ORDER BY id")]
        assert times == sorted(times)
        now = clock.now()
        assert now - times[-1] < timedelta(days=1) and now - times[0] > timedelta(days=14)
        assert await db.value("SELECT count(*) FROM comments c JOIN notes n ON n.id = c.note_id"
                              " WHERE c.created_at < n.published_at OR c.created_at > $1", now) == 0  # fmt: skip

    async def test_follows_have_a_heavy_tail(self) -> None:
        followers = [row[0] for row in await db.rows("SELECT follower_count FROM accounts ORDER BY 1 DESC")]
        assert sum(followers[:8]) > 3 * sum(followers[-8:])

    async def test_pictures_are_addressed_under_the_public_url(self) -> None:
        urls = [row["avatar_url"] for row in await db.rows("SELECT avatar_url FROM accounts")]
        assert all(url.startswith("https://shop.example/media/demo/avatar/") for url in urls)

    async def test_the_first_page_is_alive(self) -> None:
        assert (
            await db.value("SELECT count(*) FROM live_streams WHERE status = 'LIVE' AND pinned_listing_id IS NOT NULL")
            == 1
        )
        assert await db.value("SELECT count(*) FROM live_streams WHERE status = 'SCHEDULED'") == 2
        assert await db.value("SELECT count(*) FROM live_messages") > 20
        assert (
            await db.value("SELECT count(*) FROM group_buys WHERE ends_at < $1", clock.now() + timedelta(hours=4)) >= 3
        )

    async def test_some_offers_have_lower_prices_for_larger_teams(self) -> None:
        assert await db.value("SELECT count(*) FROM group_buys WHERE jsonb_array_length(ladder) = 2") == 2


class TestSignIns:
    @pytest.mark.parametrize("handle", [demo.VIEWER_HANDLE, demo.SHOP_HANDLE])
    async def test_the_documented_ones_work(self, handle: str) -> None:
        assert (await account_actions.sign_in(handle, demo.PASSWORD)).access_token

    async def test_the_rest_of_the_cast_cannot_be_impersonated(self) -> None:
        for password in (demo.PASSWORD, "!", ""):
            with pytest.raises(WrongCredentials):
                await account_actions.sign_in("laochen", password)

    async def test_the_viewer_follows_somebody_and_waits_in_a_team(self) -> None:
        viewer = await account_queries.by_handle(demo.VIEWER_HANDLE)
        assert viewer is not None and viewer.following_count > 5
        assert await db.value("SELECT count(*) FROM seats WHERE user_id = $1 AND status = 'PAID'", viewer.id) >= 1
        assert await db.value("SELECT count(*) FROM seats WHERE user_id = $1 AND status = 'CONFIRMED'", viewer.id) == 1


class TestSeedAgain:
    async def test_changes_nothing_while_all_is_fresh(self) -> None:
        before, told = await counts(), await db.value("SELECT count(*) FROM outbox")
        summary = await demo.seed(settings=SETTINGS)
        assert not summary.founded and (summary.group_buys, summary.open_teams, summary.live_streams) == (0, 0, 0)
        assert await counts() == before
        assert await db.value("SELECT count(*) FROM outbox") == told

    async def test_brings_it_to_life_another_day(self, moving_clock: clock.MovableClock) -> None:
        moving_clock.move(timedelta(days=2, hours=3).total_seconds())
        before = await counts()
        assert await open_teams() == 0
        summary = await demo.seed(settings=SETTINGS)
        assert summary.open_teams >= 20 and summary.live_streams == 1
        assert await open_teams() >= 20
        after = await counts()
        assert {name: after[name] for name in ("accounts", "notes", "products")} == {
            name: before[name] for name in ("accounts", "notes", "products")
        }
        assert await db.value("SELECT count(*) FROM live_streams WHERE status = 'LIVE'") == 1
        assert await invariants.violations() == []


class TestFirstRun:
    def test_tells_what_it_made(self, first_run: FirstRun) -> None:
        assert first_run.summary == demo.Summary(
            founded=True, people=40, products=84, group_buys=16, open_teams=25, live_streams=1
        )

    def test_tells_every_stage_to_its_end(self, first_run: FirstRun) -> None:
        assert first_run.left == dict.fromkeys(
            ("people", "products", "follows", "notes", "group-buys", "live rooms"), 0
        )
