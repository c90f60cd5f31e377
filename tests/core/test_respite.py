"""A respite lasts for a second from when it last began."""

import time

import pytest

from core.respite import SECONDS, Respite


class TestRespite:
    def test_lasts_for_a_second_after_it_began(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = 100.0
        monkeypatch.setattr(time, "monotonic", lambda: now)
        respite = Respite()
        assert not respite.lasts
        respite.begin()
        assert respite.lasts
        now += 0.9 * SECONDS
        assert respite.lasts
        respite.begin()
        now += 0.9 * SECONDS
        assert respite.lasts
        now += 0.2 * SECONDS
        assert not respite.lasts
