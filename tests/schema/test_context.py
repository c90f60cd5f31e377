"""The context of an execution for all viewers: nobody learns from it who the viewer is, and it knows who tried."""

from typing import Any

import pytest

from core.ids import new_id
from schema.context import Context, ForAll, ViewerAskedError
from tests.graph import Graph


class Batches:
    """Batched fields that count their calls; one asks for the viewer, one does not, and one hides that it does."""

    def __init__(self) -> None:
        self.calls = 0

    async def open(self, parents: list[Any], context: Context, suffix: str = "") -> list[str]:
        self.calls += 1
        return [f"{parent}{suffix}" for parent in parents]

    async def own(self, parents: list[Any], context: Context) -> list[str]:
        self.calls += 1
        return [f"{parent} for {context.viewer_id}" for parent in parents]

    async def furtive(self, parents: list[Any], context: Context) -> list[str]:
        try:
            return await self.own(parents, context)
        except ViewerAskedError:
            return ["nobody's"] * len(parents)


def contexts() -> tuple[Context, ForAll]:
    own = Graph().context(new_id())
    return own, own.for_all()


class TestForAll:
    @pytest.mark.parametrize("ask", ["viewer", "viewer_id", "require_viewer"])
    def test_whoever_asks_for_the_viewer_is_found_out(self, ask: str) -> None:
        _, shared = contexts()
        assert not shared.viewer_asked
        with pytest.raises(ViewerAskedError):
            found = getattr(shared, ask)
            found()
        assert shared.viewer_asked

    def test_it_cannot_be_given_a_viewer(self) -> None:
        own, shared = contexts()
        with pytest.raises(ValueError, match="no viewer"):
            shared.viewer = own.viewer

    def test_it_keeps_services_and_language(self) -> None:
        own = Graph().context(new_id(), "en")
        shared = own.for_all()
        assert (shared.services, shared.language) == (own.services, "en")
        assert shared.request_id != own.request_id

    async def test_a_batch_that_hides_that_it_asked_is_found_out(self) -> None:
        own, shared = contexts()
        batches, parents = Batches(), ["一", "二"]
        assert await shared.ask(batches.furtive, parents, {}) == ["nobody's"] * 2
        assert shared.viewer_asked
        answers = await own.beside(shared).ask(batches.furtive, parents, {})
        assert answers == [f"一 for {own.viewer_id}", f"二 for {own.viewer_id}"]


class TestBeside:
    async def test_what_nobody_had_to_be_for_is_not_asked_again(self) -> None:
        own, shared = contexts()
        batches, parents = Batches(), ["一", "二"]
        function = batches.open
        answers = await shared.ask(function, parents, {"suffix": "!"})
        beside = own.beside(shared)
        assert await beside.ask(function, parents, {"suffix": "!"}) is answers and batches.calls == 1
        # Another question, or the same about others, is.
        assert await beside.ask(function, parents, {"suffix": "?"}) == ["一?", "二?"]
        assert await beside.ask(function, ["三"], {"suffix": "!"}) == ["三!"]
        assert batches.calls == 3 and not shared.viewer_asked

    async def test_what_is_the_viewers_is_asked_for_each(self) -> None:
        (first, shared), second = contexts(), Graph().context(None)
        batches, parents = Batches(), ["一"]
        function = batches.own
        with pytest.raises(ViewerAskedError):
            await shared.ask(function, parents, {})
        for own in (first, second):
            assert await own.beside(shared).ask(function, parents, {}) == [f"一 for {own.viewer_id}"]
        assert batches.calls == 3
