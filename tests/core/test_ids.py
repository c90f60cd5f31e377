"""Identities are UUIDs of version 7 that sort by their making."""

import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest

from core import ids
from core.ids import BEYOND, first_id_at, id_at, new_id


class TestNewId:
    def test_is_a_uuid_of_version_7(self) -> None:
        identity = new_id()
        assert (identity.version, identity.variant) == (7, RFC_4122)

    def test_tells_the_millisecond_of_its_making(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ids, "_last", 0)
        monkeypatch.setattr(time, "time_ns", lambda: 1_764_400_000_123_999_999)
        assert new_id().int >> 80 == 1_764_400_000_123

    def test_is_greater_than_all_before(self) -> None:
        made = [new_id() for _ in range(20_000)]
        assert made == sorted(made) and len(set(made)) == len(made)

    def test_is_made_once_by_many_threads(self) -> None:
        made: list[list[UUID]] = [[] for _ in range(4)]

        def make(mine: list[UUID]) -> None:
            mine.extend(new_id() for _ in range(5_000))

        threads = [threading.Thread(target=make, args=(mine,)) for mine in made]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(mine == sorted(mine) for mine in made)
        assert len({identity for mine in made for identity in mine}) == 20_000

    def test_is_never_beyond(self) -> None:
        assert new_id() < BEYOND

    def test_tells_when_it_was_made(self) -> None:
        before = datetime.now(UTC)
        made = new_id()
        assert first_id_at(before) < made < first_id_at(before + timedelta(minutes=1))


class TestIdAt:
    def test_is_the_same_for_one_subject_at_one_instant_alone(self) -> None:
        instant = datetime(2026, 11, 25, 12, tzinfo=UTC)
        later = instant + timedelta(microseconds=1)
        made = [id_at(instant, "小禾"), id_at(instant, "阿飞"), id_at(later, "小禾")]
        assert len(set(made)) == 3 and made[0] == id_at(instant, "小禾")
        assert {(identity.version, identity.variant) for identity in made} == {(7, RFC_4122)}
        assert first_id_at(instant) < made[0] < first_id_at(instant + timedelta(milliseconds=1))
