"""Cursors are opaque and safe to guess at; pages know their neighbours."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.ids import new_id
from core.pagination import (
    InvalidCursor,
    PageRequest,
    decode_cursor,
    encode_cursor,
    page_of,
    page_request,
    pages_of,
)

HotKey: Any = tuple[float, UUID]
TimeKey: Any = tuple[datetime, UUID]


class TestCursor:
    @given(st.floats(allow_nan=False, allow_infinity=False), st.uuids())
    def test_comes_back_as_it_went(self, score: float, identity: UUID) -> None:
        assert decode_cursor(encode_cursor((score, identity), "hot"), HotKey, "hot") == (score, identity)

    def test_keeps_instants_to_the_microsecond(self) -> None:
        key = (datetime(2026, 11, 22, 5, 12, 0, 123457, UTC), new_id())
        assert decode_cursor(encode_cursor(key), TimeKey) == key

    @given(st.text(max_size=60))
    def test_made_up_is_refused_or_harmless(self, cursor: str) -> None:
        try:
            assert isinstance(decode_cursor(cursor, UUID), UUID)
        except InvalidCursor as refusal:
            assert refusal.field == ("after",)

    def test_names_its_list(self) -> None:
        cursor = encode_cursor(key := new_id(), "User.notes")
        assert decode_cursor(cursor, UUID, "User.notes") == key
        with pytest.raises(InvalidCursor):
            decode_cursor(cursor, UUID, "liveStreams")

    @pytest.mark.parametrize("key", ["9999-12-31T23:59:59-14:00", "2026-11-29T00:00:00"])
    def test_tells_instants_in_utc_alone(self, key: str) -> None:
        with pytest.raises(InvalidCursor):
            decode_cursor(encode_cursor((key, new_id())), TimeKey)

    @pytest.mark.parametrize("json", [b"null", b"1", b'"x"', b"[]", b"{}", b"[[[[", b"1e999", b"\xff", b""])
    @pytest.mark.parametrize("key_type", [UUID, HotKey])
    def test_of_another_list_is_refused(self, json: bytes, key_type: Any) -> None:
        with pytest.raises(InvalidCursor):
            decode_cursor(base64.urlsafe_b64encode(json).rstrip(b"=").decode(), key_type)


class TestPageRequest:
    def test_takes_what_is_not_given_as_the_first_twenty(self) -> None:
        assert page_request("User.notes", None, None) == PageRequest(20, None, "User.notes")

    def test_takes_none_to_a_hundred(self) -> None:
        assert [page_request("", first, None).limit for first in (0, 1, 100)] == [0, 1, 100]

    @pytest.mark.parametrize("first", [-1, 101, 2**31])
    def test_refuses_other_sizes(self, first: int) -> None:
        with pytest.raises(Invalid) as refusal:
            page_request("", first, None)
        assert refusal.value.field == ("first",)


class TestPage:
    def test_knows_whether_more_follows(self) -> None:
        page = page_of([1, 2, 3], PageRequest(2, None), lambda n: n)
        assert page.nodes == [1, 2]
        assert page.page_info.has_next_page and not page.page_info.has_previous_page
        assert page.page_info.end_cursor == page.edges[-1].cursor == encode_cursor(2)

    def test_knows_that_something_lies_before(self) -> None:
        page = page_of([3], PageRequest(2, 2), lambda n: n)
        assert page.page_info.has_previous_page and not page.page_info.has_next_page

    def test_of_nothing_has_no_cursors(self) -> None:
        for page in (page_of([], PageRequest(2, None), str), page_of([1], PageRequest(0, None), str)):
            assert (page.nodes, page.page_info.start_cursor, page.page_info.end_cursor) == ([], None, None)

    def test_of_links_can_hold_what_they_lead_to(self) -> None:
        links = page_of([1, 2, 3], PageRequest(2, None), lambda n: n)
        held = links.holding(["一", "二"])
        assert held.nodes == ["一", "二"] and held.page_info == links.page_info
        assert [edge.cursor for edge in held.edges] == [edge.cursor for edge in links.edges]


class TestPagesOf:
    def test_gives_each_parent_its_own_even_when_it_asks_twice(self) -> None:
        found = [("a", 3), ("b", 2), ("a", 1), ("a", 0)]
        pages = pages_of(["b", "a", "c", "a"], found, PageRequest(2, None), lambda n: n)
        assert [page.nodes for page in pages] == [[2], [3, 1], [], [3, 1]]
        assert [page.page_info.has_next_page for page in pages] == [False, True, False, True]
