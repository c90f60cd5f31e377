"""Real teams of a group-buying shop, replayed: each ends as it did, and no invariant is offended."""

import pytest

from bench import replay

TEAMS = 2000


@pytest.mark.usefixtures("database")
class TestReplay:
    async def test_the_first_two_thousand_teams_end_as_recorded_by_four_processes(self, database_url: str) -> None:
        result = await replay.replay(TEAMS, shared=replay.Shared(database_url, processes=4))
        assert result.teams == TEAMS
        assert result.astray == []
        assert result.violations == []

    async def test_one_process_tells_how_far_it_is(self) -> None:
        told: list[int] = []
        result = await replay.replay(40, told.append)
        assert (result.astray, told) == ([], list(range(1, 41)))
