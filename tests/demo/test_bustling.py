"""Bustle: whatever happens next, the world stays whole."""

from functools import partial
from random import Random

import pytest

from commerce.checkout import invariants
from core import db
from demo import pictures, world
from demo.bustling import stir

pytestmark = pytest.mark.usefixtures("seeded")


class TestStir:
    async def test_something_happens_and_all_stays_consistent(self) -> None:
        told = await db.value("SELECT count(*) FROM outbox")
        chance, people = Random(3), await world.load()
        for _ in range(30):
            await stir(chance, people, partial(pictures.address, "http://127.0.0.1:8000"))
        assert await db.value("SELECT count(*) FROM outbox") >= told + 20
        assert await invariants.violations() == []
