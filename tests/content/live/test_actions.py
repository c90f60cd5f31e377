"""Live streams: what their hosts and viewers may do, and what is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from content.live import actions, queries, rules
from content.live.errors import AlreadyListed, TooManyListings
from core import clock
from core.errors import Forbidden, Invalid, NotFound, Refusal, WrongState
from core.ids import new_id
from tests.content.live.steps import everything, told
from tests.factories import live
from tests.factories.people import person
from tests.factories.products import product

pytestmark = pytest.mark.usefixtures("database")


@asynccontextmanager
async def refused(kind: type[Refusal], *field: str) -> AsyncIterator[None]:
    """Expects a refusal that names `field` and leaves everything as it was."""
    before = await everything()
    with pytest.raises(kind) as refusal:
        yield
    assert refusal.value.field == field
    assert await everything() == before


class TestSchedule:
    async def test_announces_a_stream(self) -> None:
        host, at = await person(), clock.now() + timedelta(days=3)
        stream = await actions.schedule(
            host, title="  双十一专场 ", scheduled_at=at, cover_url="https://a.example/1.jpg"
        )
        assert (stream.title, stream.status, stream.scheduled_at) == ("双十一专场", "SCHEDULED", at)
        assert (stream.started_at, stream.ended_at, stream.viewer_count) == (None, None, 0)
        assert await told(stream.id) == [(1, "LiveStatusChanged")]

    async def test_forgives_five_minutes(self) -> None:
        host = await person()
        await actions.schedule(host, title="马上开播", scheduled_at=clock.now() - timedelta(minutes=4, seconds=50))
        async with refused(Invalid, "scheduled_at"):
            await actions.schedule(host, title="开播了", scheduled_at=clock.now() - timedelta(minutes=5, seconds=1))

    async def test_looks_a_year_ahead(self) -> None:
        host = await person()
        await actions.schedule(host, title="明年见", scheduled_at=clock.now() + timedelta(days=365))
        async with refused(Invalid, "scheduled_at"):
            await actions.schedule(host, title="后年见", scheduled_at=clock.now() + timedelta(days=367))

    @pytest.mark.parametrize("title", ["", " \n ", "播" * 101])
    async def test_refuses_a_title_too_short_or_too_long(self, title: str) -> None:
        host = await person()
        async with refused(Invalid, "title"):
            await actions.schedule(host, title=title, scheduled_at=clock.now())

    async def test_refuses_a_cover_that_is_no_address(self) -> None:
        host = await person()
        async with refused(Invalid, "cover_url"):
            await actions.schedule(host, title="直播", scheduled_at=clock.now(), cover_url="javascript:alert(1)")


class TestStart:
    async def test_goes_live_once(self) -> None:
        stream = await live.scheduled()
        started = await actions.start(stream.host_id, stream.id)
        assert started.status == "LIVE" and started.started_at is not None
        assert await told(stream.id) == [(1, "LiveStatusChanged"), (2, "LiveStatusChanged")]
        async with refused(WrongState, "live_stream_id"):
            await actions.start(stream.host_id, stream.id)

    async def test_is_for_the_host(self) -> None:
        stream, other = await live.scheduled(), await person()
        async with refused(Forbidden, "live_stream_id"):
            await actions.start(other, stream.id)

    async def test_needs_a_stream(self) -> None:
        host = await person()
        async with refused(NotFound, "live_stream_id"):
            await actions.start(host, new_id())

    async def test_happens_once_however_often_it_is_asked_at_once(self) -> None:
        stream = await live.scheduled()
        answers = await asyncio.gather(
            *(actions.start(stream.host_id, stream.id) for _ in range(8)), return_exceptions=True
        )
        assert sum(not isinstance(answer, Exception) for answer in answers) == 1
        assert all(isinstance(answer, WrongState) for answer in answers if isinstance(answer, Exception))
        assert len(await told(stream.id)) == 2


class TestEnd:
    async def test_ends_what_is_live(self) -> None:
        stream = await live.live()
        ended = await actions.end(stream.host_id, stream.id)
        assert (ended.status, ended.viewer_count) == ("ENDED", 0)
        assert ended.ended_at is not None and ended.started_at == stream.started_at
        assert [sequence for sequence, _ in await told(stream.id)] == [1, 2, 3]

    async def test_cancels_what_is_scheduled(self) -> None:
        stream = await live.scheduled()
        cancelled = await actions.end(stream.host_id, stream.id)
        assert (cancelled.status, cancelled.started_at, cancelled.ended_at) == ("CANCELLED", None, None)
        async with refused(WrongState, "live_stream_id"):
            await actions.start(stream.host_id, stream.id)

    async def test_refuses_a_second_end_and_a_stranger(self) -> None:
        stream, other = await live.ended(), await person()
        async with refused(WrongState, "live_stream_id"):
            await actions.end(stream.host_id, stream.id)
        async with refused(Forbidden, "live_stream_id"):
            await actions.end(other, stream.id)


class TestAddListing:
    async def test_lists_behind_what_is_there(self) -> None:
        stream = await live.live()
        products = [await product(), await product(), await product()]
        listed = [await actions.add_listing(stream.host_id, stream.id, item.id) for item in products]
        assert [listing.position for listing in listed] == [1, 2, 3]
        await actions.remove_listing(stream.host_id, listed[2].id)
        again = await actions.add_listing(stream.host_id, stream.id, products[2].id)
        assert again.position == 4
        assert [name for _, name in await told(stream.id)][2:] == ["LiveListingsChanged"] * 5

    async def test_lists_before_the_start(self) -> None:
        stream, item = await live.scheduled(), await product()
        await actions.add_listing(stream.host_id, stream.id, item.id)
        assert await queries.live_now_by_products([item.id]) == [[]]
        started = await actions.start(stream.host_id, stream.id)
        assert await queries.live_now_by_products([item.id]) == [[started]]
        await actions.end(stream.host_id, stream.id)
        assert await queries.live_now_by_products([item.id]) == [[]]

    async def test_refuses_a_product_twice(self) -> None:
        stream, item = await live.live(), await product()
        await actions.add_listing(stream.host_id, stream.id, item.id)
        async with refused(AlreadyListed, "product_id"):
            await actions.add_listing(stream.host_id, stream.id, item.id)

    async def test_lists_a_product_once_however_often_it_is_asked_at_once(self) -> None:
        stream, item = await live.live(), await product()
        answers = await asyncio.gather(
            *(actions.add_listing(stream.host_id, stream.id, item.id) for _ in range(8)), return_exceptions=True
        )
        assert sum(isinstance(answer, AlreadyListed) for answer in answers) == 7
        assert len(await told(stream.id)) == 3

    async def test_refuses_what_does_not_exist(self) -> None:
        stream, item = await live.live(), await product()
        async with refused(NotFound, "product_id"):
            await actions.add_listing(stream.host_id, stream.id, new_id())
        async with refused(NotFound, "group_buy_id"):
            await actions.add_listing(stream.host_id, stream.id, item.id, new_id())
        async with refused(NotFound, "live_stream_id"):
            await actions.add_listing(stream.host_id, new_id(), item.id)

    async def test_is_for_the_host_while_it_is_open(self) -> None:
        item, other = await product(), await person()
        running, over = await live.live(), await live.ended()
        async with refused(Forbidden, "live_stream_id"):
            await actions.add_listing(other, running.id, item.id)
        async with refused(WrongState, "live_stream_id"):
            await actions.add_listing(over.host_id, over.id, item.id)

    async def test_refuses_more_than_the_table_holds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert rules.MOST_LISTINGS == 200
        monkeypatch.setattr(rules, "MOST_LISTINGS", 2)
        stream = await live.live()
        first = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        item = await product()
        async with refused(TooManyListings, "live_stream_id"):
            await actions.add_listing(stream.host_id, stream.id, item.id)
        await actions.remove_listing(stream.host_id, first.id)
        await actions.add_listing(stream.host_id, stream.id, item.id)


class TestRemoveListing:
    async def test_takes_it_from_the_table_and_unpins_it(self) -> None:
        stream, item = await live.live(), await product()
        listing = await actions.add_listing(stream.host_id, stream.id, item.id)
        await actions.pin_listing(stream.host_id, listing.id)
        after = await actions.remove_listing(stream.host_id, listing.id)
        assert after.pinned_listing_id is None
        assert await queries.listings_of([after]) == [[]]
        assert await queries.listings_by_ids([listing.id]) == [None]
        async with refused(NotFound, "listing_id"):
            await actions.remove_listing(stream.host_id, listing.id)

    async def test_leaves_another_pinned(self) -> None:
        stream = await live.live()
        kept = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        gone = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        await actions.pin_listing(stream.host_id, kept.id)
        after = await actions.remove_listing(stream.host_id, gone.id)
        assert after.pinned_listing_id == kept.id

    async def test_is_for_the_host_while_it_is_open(self) -> None:
        stream, other = await live.live(), await person()
        listing = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        async with refused(Forbidden, "listing_id"):
            await actions.remove_listing(other, listing.id)
        await actions.end(stream.host_id, stream.id)
        async with refused(WrongState, "listing_id"):
            await actions.remove_listing(stream.host_id, listing.id)


class TestPinListing:
    async def test_pins_one_at_a_time(self) -> None:
        stream = await live.live()
        first = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        second = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        await actions.pin_listing(stream.host_id, first.id)
        after = await actions.pin_listing(stream.host_id, second.id)
        [listings] = await queries.listings_of([after])
        assert [(listing.id, listing.is_pinned) for listing in listings] == [(first.id, False), (second.id, True)]

    async def test_tells_nothing_when_it_is_pinned_already(self) -> None:
        stream = await live.live()
        listing = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        pinned = await actions.pin_listing(stream.host_id, listing.id)
        before = await everything()
        assert await actions.pin_listing(stream.host_id, listing.id) == pinned
        assert await everything() == before

    async def test_is_for_the_host_while_it_is_open_and_listed(self) -> None:
        stream, other = await live.live(), await person()
        listing = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        await actions.pin_listing(stream.host_id, listing.id)
        async with refused(Forbidden, "listing_id"):
            await actions.pin_listing(other, listing.id)
        async with refused(NotFound, "listing_id"):
            await actions.pin_listing(stream.host_id, new_id())
        await actions.end(stream.host_id, stream.id)
        async with refused(WrongState, "listing_id"):
            await actions.pin_listing(stream.host_id, listing.id)

    async def test_never_pins_what_is_being_removed(self) -> None:
        stream = await live.live()
        for _ in range(5):
            listing = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
            await asyncio.gather(
                actions.pin_listing(stream.host_id, listing.id),
                actions.remove_listing(stream.host_id, listing.id),
                return_exceptions=True,
            )
            [after] = await queries.by_ids([stream.id])
            assert after is not None and after.pinned_listing_id is None


class TestSendMessage:
    async def test_says_it_to_everybody(self) -> None:
        stream, viewer = await live.live(), await person()
        message = await actions.send_message(viewer, stream.id, " 一号链接还有货吗？🥺 ")
        assert (message.body, message.author_id, message.sequence) == ("一号链接还有货吗？🥺", viewer, 3)
        assert (await told(stream.id))[-1] == (3, "LiveMessagePosted")

    @pytest.mark.parametrize("body", ["", "  ", "好" * 501, "\x00"])
    async def test_refuses_too_little_and_too_much(self, body: str) -> None:
        stream, viewer = await live.live(), await person()
        async with refused(Invalid, "body"):
            await actions.send_message(viewer, stream.id, body)

    async def test_is_for_streams_that_are_live(self) -> None:
        viewer = await person()
        for stream in (await live.scheduled(), await live.ended()):
            async with refused(WrongState, "live_stream_id"):
                await actions.send_message(viewer, stream.id, "有人吗")
        async with refused(NotFound, "live_stream_id"):
            await actions.send_message(viewer, new_id(), "有人吗")

    async def test_a_hundred_at_once_get_a_hundred_steps(self) -> None:
        stream, viewer = await live.live(), await person()
        said = await asyncio.gather(*(actions.send_message(viewer, stream.id, f"第{n}条") for n in range(100)))
        assert sorted(message.sequence for message in said) == list(range(3, 103))
        assert [sequence for sequence, _ in await told(stream.id)] == list(range(1, 103))
