"""The client that Python programs use: it reads the schema by itself, checks what it sends, and subscribes."""

from gql import Client, gql
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

from tests.services.programs import Served

TEAMS = "{ groupBuys(first: 20) { edges { node { openTeams(first: 1) { edges { node { id } } } } } } }"
WATCH = "subscription ($team: ID!) { teamProgress(teamId: $team) { event team { id } } }"


async def test_reads_the_schema_and_asks(served: Served) -> None:
    over_http = HTTPXAsyncTransport(url=f"http://{served.address}/graphql")
    async with Client(transport=over_http, fetch_schema_from_transport=True) as session:
        found = await session.execute(gql("{ feed(first: 2) { edges { node { id title } } } }"))
        assert len(found["feed"]["edges"]) == 2
        found = await session.execute(gql(TEAMS))
    teams = [
        edge["node"]["id"] for offer in found["groupBuys"]["edges"] for edge in offer["node"]["openTeams"]["edges"]
    ]
    over_socket = WebsocketsTransport(url=f"ws://{served.address}/graphql")
    async with Client(transport=over_socket, fetch_schema_from_transport=True) as session:
        watching = gql(WATCH)
        watching.variable_values = {"team": teams[0]}
        async for step in session.subscribe(watching):
            assert step["teamProgress"] == {"event": "SNAPSHOT", "team": {"id": teams[0]}}
            break
