"""What taking a seat through the graph costs in statements: what the action has just returned is not read again."""

from core.ids import new_id
from schema import ids
from tests.factories import group_buys as factory
from tests.factories.people import person
from tests.graph import Graph

JOIN = """mutation ($input: JoinTeamInput!) { joinTeam(input: $input) {
  seat { status team { id openSeatCount } order { id payBy } } order { id status } userErrors { code } } }"""


class TestJoinTeam:
    async def test_asks_for_nothing_beyond_the_seat(self, statements: list[str]) -> None:
        """The offer's lock, the key, teams and seats; what the buyer has unpaid (and a lock of theirs, left out here);
        the order, the places, the outbox."""
        leader, buyer = await factory.opened(await factory.offer(team_size=3)), await person("团员")
        team_id = ids.encode("team", leader.team.id)
        statements.clear()
        answer = await Graph()(JOIN, as_=buyer, input={"teamId": team_id, "idempotencyKey": new_id().hex})
        assert len(statements) == 7, statements
        joined = answer["data"]["joinTeam"]
        assert joined["userErrors"] == [] and joined["seat"]["team"] == {"id": team_id, "openSeatCount": 1}
        assert joined["seat"]["order"]["id"] == joined["order"]["id"] and joined["seat"]["order"]["payBy"]
