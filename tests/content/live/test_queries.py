"""Reads of live streams: batches in order, pages by key, and everything as of a moment."""

from uuid import UUID

import pytest

from content.live import LiveStream, actions, queries
from core.ids import new_id
from core.pagination import Page, PageRequest, decode_cursor
from tests.factories import live
from tests.factories.people import person
from tests.factories.products import product

pytestmark = pytest.mark.usefixtures("database")


def next_of(page: Page[LiveStream], limit: int) -> PageRequest[UUID]:
    assert page.page_info.end_cursor is not None
    return PageRequest(limit, decode_cursor(page.page_info.end_cursor, UUID))


class TestByIds:
    async def test_answers_in_order(self) -> None:
        first, second = await live.scheduled(), await live.live()
        assert await queries.by_ids([second.id, new_id(), first.id, second.id]) == [second, None, first, second]
        assert await queries.by_ids([]) == []


class TestPageByHost:
    async def test_pages_each_hosts_streams_newest_first(self, statements: list[str]) -> None:
        xiaolu, ahao, quiet = await person("小鹿"), await person("阿豪"), await person("安静")
        one, two, three = [await live.scheduled(xiaolu) for _ in range(3)]
        other = await live.live(ahao)
        statements.clear()
        pages = await queries.page_by_host([quiet, xiaolu, ahao], PageRequest(2, None))
        assert len(statements) == 1
        assert [page.nodes for page in pages] == [[], [three, two], [other]]
        assert [page.page_info.has_next_page for page in pages] == [False, True, False]
        [rest] = await queries.page_by_host([xiaolu], next_of(pages[1], 2))
        assert rest.nodes == [one] and not rest.page_info.has_next_page


class TestPageByStatus:
    async def test_mixes_the_wanted_states_newest_first(self) -> None:
        scheduled, running, over = await live.scheduled(), await live.live(), await live.ended()
        assert (await queries.page_by_status(None, PageRequest(10, None))).nodes == [over, running, scheduled]
        assert (await queries.page_by_status(["LIVE"], PageRequest(10, None))).nodes == [running]
        mixed = await queries.page_by_status(["SCHEDULED", "ENDED", "ENDED"], PageRequest(1, None))
        assert mixed.nodes == [over]
        assert (await queries.page_by_status(["SCHEDULED", "ENDED"], next_of(mixed, 5))).nodes == [scheduled]
        assert (await queries.page_by_status([], PageRequest(10, None))).nodes == []


class TestLiveNowByProducts:
    async def test_finds_streams_that_are_live_and_list_it(self, statements: list[str]) -> None:
        wanted, unwanted = await product(), await product()
        first, second, waiting = await live.live(), await live.live(), await live.scheduled()
        listings = [
            await actions.add_listing(stream.host_id, stream.id, wanted.id) for stream in (first, second, waiting)
        ]
        statements.clear()
        [none, found] = await queries.live_now_by_products([unwanted.id, wanted.id])
        assert len(statements) == 1
        assert none == [] and [stream.id for stream in found] == [second.id, first.id]
        await actions.remove_listing(second.host_id, listings[1].id)
        [found] = await queries.live_now_by_products([wanted.id])
        assert [stream.id for stream in found] == [first.id]


class TestListingsOf:
    async def test_shows_the_table_as_of_the_record(self, statements: list[str]) -> None:
        stream = await live.live()
        first = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        second = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        pinned = await actions.pin_listing(stream.host_id, first.id)
        repinned = await actions.pin_listing(stream.host_id, second.id)
        removed = await actions.remove_listing(stream.host_id, first.id)
        statements.clear()
        tables = await queries.listings_of([removed, stream, pinned, repinned])
        assert len(statements) == 1
        seen = [[(listing.id, listing.is_pinned) for listing in table] for table in tables]
        assert seen == [
            [(second.id, True)],
            [],
            [(first.id, True), (second.id, False)],
            [(first.id, False), (second.id, True)],
        ]

    async def test_agrees_with_what_was_pinned_then(self) -> None:
        stream = await live.live()
        listing = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        pinned = await actions.pin_listing(stream.host_id, listing.id)
        removed = await actions.remove_listing(stream.host_id, listing.id)
        [none, was, gone] = await queries.pinned_listings([stream, pinned, removed])
        assert none is None and gone is None
        assert was is not None and (was.id, was.is_pinned) == (listing.id, True)


class TestMessagesOf:
    async def test_pages_newest_first_as_of_the_record(self, statements: list[str]) -> None:
        stream, viewer = await live.live(), await person()
        said = [await actions.send_message(viewer, stream.id, f"第{n}条") for n in range(5)]
        [now] = await queries.by_ids([stream.id])
        other = await live.live()
        assert now is not None
        statements.clear()
        [silent, then, page] = await queries.messages_of([other, stream, now], PageRequest(2, None))
        assert len(statements) == 1
        assert silent.nodes == [] and then.nodes == []
        assert page.nodes == [said[4], said[3]] and page.page_info.has_next_page
        [rest] = await queries.messages_of([now], PageRequest(5, said[3].sequence))
        assert rest.nodes == [said[2], said[1], said[0]] and not rest.page_info.has_next_page


class TestMessagesByIds:
    async def test_answers_in_order(self) -> None:
        stream, viewer = await live.live(), await person()
        message = await actions.send_message(viewer, stream.id, "来了来了")
        assert await queries.messages_by_ids([new_id(), message.id]) == [None, message]
