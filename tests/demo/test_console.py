"""Every example of the console runs as it stands on the demo's data: prepared as the console does it, and told."""

import asyncio
import contextlib
import json
import secrets
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from api import console
from api.app import create
from api.runtime import Runtime
from search.embedded import Embedded
from search.rebuild import rebuild
from tests.demo.conftest import SETTINGS
from tests.graph import Graph, built
from tests.services.http import serving
from tests.waiting import PATIENCE

Ask = Callable[[str, dict[str, Any]], Awaitable[Any]]
EXAMPLES = {example["title"]: example for example in console.examples()}


@pytest.fixture
async def http(seeded: None, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server of the demo."""
    engine = Embedded(tmp_path)
    await engine.open()
    await rebuild(engine)
    services = replace(Graph().services, settings=SETTINGS, search=engine)
    app = create(SETTINGS, built(), runtime=lambda _: contextlib.nullcontext(Runtime(services, {})))
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
    ):
        yield client
    await engine.close()


def found(answer: Any, path: str) -> list[Any]:
    """All values at a path of an answer, as `preparing.js` reads it."""
    values = [answer]
    for name in path.split("."):
        values = [one for value in values for one in (value if isinstance(value, list) else [value])]
        if name.startswith("!"):
            values = [value for value in values if not value[name[1:]]]
        else:
            values = [value[name] for value in values if value.get(name) is not None]
    return values


def put(variables: Any, path: str, value: Any) -> None:
    *way, last = path.split(".")
    for name in way:
        variables = variables[int(name) if isinstance(variables, list) else name]
    variables[last] = value


async def prepared(example: dict[str, Any], ask: Ask) -> dict[str, Any]:
    """The variables of an example, as `preparing.js` makes them."""
    steps = [*example.get("before", []), example]
    given = [json.loads(json.dumps(step.get("variables", {})).replace("FRESH", secrets.token_hex(4))) for step in steps]
    for number, step in enumerate(steps[:-1]):
        answer = await ask(step["query"], given[number])
        for to, path in step["take"].items():
            put(given[number + 1], to, found(answer, path)[0])
    return given[-1]


class Person:
    """Who tries the examples one after another."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.token: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def ask(self, query: str, variables: dict[str, Any]) -> Any:
        body = {"query": query, "variables": variables}
        answer = (await self.http.post("/graphql", json=body, headers=self.headers)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def hears(self, query: str, variables: dict[str, Any]) -> Any:
        """The first answer of a subscription."""
        body = {"query": query, "variables": variables}
        headers = {**self.headers, "Accept": "text/event-stream"}
        async with self.http.stream("POST", "/graphql", json=body, headers=headers) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    answer = orjson.loads(line.removeprefix("data: "))
                    assert "errors" not in answer, answer
                    return answer["data"]
        raise AssertionError("it ended without an answer")

    async def tries(self, example: dict[str, Any]) -> Any:
        if example.get("token") and self.token is None:
            [signing_in] = [one for one in EXAMPLES.values() if "signIn(" in one["query"]]
            await self.tries(signing_in)
        variables = await prepared(example, self.ask)
        if "\nsubscription" in f"\n{example['query']}":
            return await self.hears(example["query"], variables)
        data = await self.ask(example["query"], variables)
        session = (data.get("signIn") or data.get("signUp") or {}).get("session")
        self.token = session["accessToken"] if session else self.token
        return data


def shows_something(data: Any) -> bool:
    """Whether an answer is no refusal, and lists what there is."""
    [answer] = [value for name, value in data.items() if name != "serverNow"]
    return bool(answer) and not answer.get("userErrors") and answer.get("edges") != []


@pytest.mark.parametrize("title", EXAMPLES)
async def test_runs_as_it_stands(title: str, http: httpx.AsyncClient) -> None:
    data = await Person(http).tries(EXAMPLES[title])
    assert shows_something(data), data


async def test_all_run_one_after_another_and_again(http: httpx.AsyncClient) -> None:
    person = Person(http)
    for title, example in [*EXAMPLES.items(), *EXAMPLES.items()]:
        data = await person.tries(example)
        assert shows_something(data), (title, data)


@pytest.mark.parametrize("title", [title for title, example in EXAMPLES.items() if "before" in example])
async def test_the_page_prepares_it_alike(title: str, http: httpx.AsyncClient) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("the page's own script needs node to be run here")
    answers: list[Any] = []
    person = Person(http)

    async def noted(query: str, variables: dict[str, Any]) -> Any:
        answers.append(await person.ask(query, variables))
        return answers[-1]

    example = EXAMPLES[title]
    await person.tries(EXAMPLES["登录 · Sign in"])
    ours = await prepared(example, noted)
    script = f"""
        import {{ prepared }} from "{(Path(console.__file__).parent / "preparing.js").as_uri()}";
        const answers = {json.dumps(answers)};
        console.log(JSON.stringify(await prepared({json.dumps(example)}, async () => answers.shift())));
    """
    theirs = json.loads(await asyncio.to_thread(subprocess.check_output, [node, "--input-type=module", "-e", script]))
    for variables in (ours, theirs):
        if "input" in variables:
            assert "FRESH" not in variables["input"].pop("idempotencyKey")
    assert theirs == ours
