"""Several processes with one database, one Redis and one Meilisearch are one service."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from core import clock
from tests.api.sockets import connected
from tests.services import programs, together
from tests.waiting import PATIENCE

PERSON = "mutation ($input: SignUpInput!) { signUp(input: $input) { session { accessToken user { id } } } }"
SCHEDULE = """mutation ($input: ScheduleLiveStreamInput!) {
  scheduleLiveStream(input: $input) { liveStream { id } userErrors { code message } }
}"""
START = """mutation ($input: LiveStreamRefInput!) {
  startLiveStream(input: $input) { liveStream { status } userErrors { code message } }
}"""
FOLLOW = """subscription ($id: ID!) {
  liveStreamEvents(liveStreamId: $id) {
    sequence
    event { __typename ... on LiveStatusChanged { liveStream { status } } }
  }
}"""


@pytest.fixture
def environment(database_url: str) -> Iterator[dict[str, str]]:
    """Real servers for all that processes share."""
    with together.started(database_url) as environment:
        yield environment


async def test_what_one_process_changes_the_other_pushes(environment: dict[str, str]) -> None:
    with (
        programs.serving(**environment) as here,
        programs.serving(**environment) as there,
        programs.working(**environment),
    ):
        person = {"handle": "host", "displayName": "主播", "password": "correct horse"}
        token = here.ask(PERSON, input=person)["signUp"]["session"]["accessToken"]  # type: ignore[index]
        soon = (clock.now() + timedelta(hours=1)).isoformat()
        planned = here.ask(SCHEDULE, token, input={"title": "新品", "scheduledAt": soon})
        identity = planned["scheduleLiveStream"]["liveStream"]["id"]  # type: ignore[index]
        async with connected(there.address) as socket:
            await socket.init()
            await socket.subscribe(FOLLOW, variables={"id": identity})
            first = (await socket.receive())["payload"]["data"]["liveStreamEvents"]
            assert first["event"]["__typename"] == "LiveSnapshot"
            here.ask(START, token, input={"liveStreamId": identity})
            while True:
                told = (await socket.receive())["payload"]["data"]["liveStreamEvents"]
                if told["event"]["__typename"] == "LiveStatusChanged":
                    break
            assert told["event"]["liveStream"]["status"] == "LIVE" and told["sequence"] > first["sequence"]


def test_a_worker_tells_how_it_is_and_serves_nothing_else(environment: dict[str, str]) -> None:
    with programs.working(**environment) as worker:
        http = httpx.Client(base_url=f"http://{worker.address}", timeout=PATIENCE)
        answers = {path: http.get(path) for path in ("/health/live", "/health/ready")}
        assert {answer.status_code for answer in answers.values()} == {200}
        assert answers["/health/ready"].json()["parts"]["database"] == "up"
        assert http.post("/graphql", json={"query": "{ serverNow }"}).status_code == 404
