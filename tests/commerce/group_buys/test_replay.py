"""Real teams of a group-buying shop, replayed: each ends as it did, and no invariant is offended."""

import pytest

from bench import replay
from tests import shared

TEAMS = 2000


@pytest.mark.usefixtures("database")
class TestReplay:
    async def test_the_first_two_thousand_teams_end_as_recorded(self) -> None:
        data = shared.path("data/group_buy_replay_20k.csv.gz").parent
        told: list[int] = []
        result = await replay.replay(data, TEAMS, told.append)
        assert (result.teams, told[-1]) == (TEAMS, TEAMS)
        assert result.astray == []
        assert result.violations == []
