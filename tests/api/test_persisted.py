"""Documents by their hash: learnt from clients or listed by the operator, over every transport, and nothing else's."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.negotiation import GRAPHQL, JSON, STREAM
from api.operations import Operations, RequestError
from api.persisted import PersistedDocuments, hash_of, load
from core.settings import Settings, SettingsError
from tests.api.small import SCHEMA
from tests.api.sockets import Socket, connected

URL = "/graphql"
GREETING = 'query ($name: String = "种草") { hello(name: $name) }'
CHANGE = "mutation { change }"


def extensions(document: str, **others: object) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_of(document), **others}}


def in_url(document: str, **given: str) -> dict[str, str]:
    return {"extensions": json.dumps(extensions(document)), **given}


def code(answer: Mapping[str, Any]) -> str:
    found: str = answer["errors"][0]["extensions"]["code"]
    return found


async def register(http: httpx.AsyncClient, document: str) -> None:
    headers = {"Accept": f"{JSON}, {STREAM}"}
    await http.post(URL, json={"query": document, "extensions": extensions(document)}, headers=headers)


class TestHash:
    def test_is_the_sha_256_of_the_text(self) -> None:
        assert hash_of(GREETING) == hashlib.sha256(GREETING.encode()).hexdigest()


class TestAutomatic:
    async def test_is_unknown_until_it_is_sent_together_with_its_text(self, http: httpx.AsyncClient) -> None:
        by_hash = {"extensions": extensions(GREETING), "variables": {"name": "小禾"}}
        unknown = await http.post(URL, json=by_hash)
        assert (unknown.status_code, code(unknown.json())) == (200, "PERSISTED_QUERY_NOT_FOUND")
        assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        await register(http, GREETING)
        assert (await http.post(URL, json=by_hash)).json() == {"data": {"hello": "你好，小禾"}}

    async def test_refuses_the_hash_of_another_text(self, http: httpx.AsyncClient) -> None:
        body = {"query": "{ language }", "extensions": extensions(GREETING)}
        answer = await http.post(URL, json=body, headers={"Accept": GRAPHQL})
        assert (answer.status_code, code(answer.json())) == (400, "PERSISTED_QUERY_HASH_MISMATCH")
        unknown = await http.post(URL, json={"extensions": extensions(GREETING)})
        assert code(unknown.json()) == "PERSISTED_QUERY_NOT_FOUND"

    async def test_does_not_keep_what_is_not_valid(self, http: httpx.AsyncClient) -> None:
        body = {"query": "{ nothing }", "extensions": extensions("{ nothing }")}
        assert "errors" in (await http.post(URL, json=body)).json()
        unknown = await http.post(URL, json={"extensions": extensions("{ nothing }")})
        assert code(unknown.json()) == "PERSISTED_QUERY_NOT_FOUND"

    @pytest.mark.parametrize(
        "wanted",
        [
            1,
            "x",
            [],
            {},
            {"version": 2, "sha256Hash": "0" * 64},
            {"version": "1", "sha256Hash": "0" * 64},
            {"version": True, "sha256Hash": "0" * 64},
            {"version": 1},
            {"version": 1, "sha256Hash": 7},
            {"version": 1, "sha256Hash": "0" * 63},
            {"version": 1, "sha256Hash": "0" * 64 + "\n"},
            {"version": 1, "sha256Hash": "A" * 64},
            {"version": 1, "sha256Hash": "种" * 64},
            {"version": 1, "sha256Hash": "0" * 500_000},
        ],
    )  # fmt: skip
    async def test_refuses_what_is_no_hash(self, http: httpx.AsyncClient, wanted: object) -> None:
        answer = await http.post(URL, json={"query": "{ hello }", "extensions": {"persistedQuery": wanted}})
        assert answer.status_code == 400 and "persistedQuery" in answer.json()["errors"][0]["message"]

    async def test_no_document_at_all_is_malformed(self, http: httpx.AsyncClient) -> None:
        for body in ({}, {"extensions": {}}, {"query": 7, "extensions": extensions(GREETING)}):
            assert (await http.post(URL, json=body)).status_code == 400

    def test_skips_reading(self, monkeypatch: pytest.MonkeyPatch) -> None:
        operations = Operations(SCHEMA)
        first = operations.prepare(GREETING, None, {}, hash_of(GREETING))
        monkeypatch.setattr(operations._documents, "_read", None)
        assert operations.prepare(None, None, {}, hash_of(GREETING)).document is first.document

    def test_keeps_within_bounds(self) -> None:
        kept = PersistedDocuments()
        texts = [f"{{ hello }} #{number}" + "。" * 90_000 for number in range(40)]
        for text in texts:
            kept.keep(text, hash_of(text))
        known = [text for text in texts if kept._kept.find(hash_of(text))]
        assert known == texts[-23:] and kept._kept.size <= 4 * 1024 * 1024


class TestByGet:
    async def test_runs_queries_but_no_mutations(self, http: httpx.AsyncClient) -> None:
        await register(http, GREETING)
        await register(http, CHANGE)
        answer = await http.get(URL, params=in_url(GREETING, variables='{"name": "阿茶"}'))
        assert answer.json() == {"data": {"hello": "你好，阿茶"}}
        assert (await http.get(URL, params=in_url(CHANGE))).status_code == 405

    async def test_lets_caches_ask_whether_an_answer_still_holds(self, http: httpx.AsyncClient) -> None:
        await register(http, GREETING)
        answer = await http.get(URL, params=in_url(GREETING))
        assert answer.headers["cache-control"] == "public, no-cache"
        assert "Authorization" in answer.headers["vary"]
        tag = answer.headers["etag"]
        again = await http.get(URL, params=in_url(GREETING), headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        other = await http.get(URL, params=in_url(GREETING, variables='{"name": "x"}'), headers={"If-None-Match": tag})
        assert other.status_code == 200

    async def test_lets_nobody_keep_errors_or_what_is_not_persisted(self, http: httpx.AsyncClient) -> None:
        await register(http, "{ refused }")
        await register(http, "{ partly }")
        refused = await http.get(URL, params=in_url("{ refused }"))
        plain = await http.get(URL, params={"query": "{ hello }"})
        partly = await http.get(URL, params=in_url("{ partly }"))
        assert partly.json() == {"data": {"partly": None}, "extensions": {"unavailable": ["search"]}}
        for answer in (refused, plain, partly):
            assert (answer.headers["cache-control"], "etag" in answer.headers) == ("no-store", False)

    async def test_is_a_stream_for_who_wants_one(self, http: httpx.AsyncClient) -> None:
        await register(http, "subscription { count(to: 2) }")
        accept = {"Accept": STREAM}
        answer = await http.get(URL, params=in_url("subscription { count(to: 2) }"), headers=accept)
        assert '{"data":{"count":2}}' in answer.text


class TestOverWebSocket:
    async def test_is_the_same(self, address: str, http: httpx.AsyncClient) -> None:
        async with connected(address) as socket:
            await socket.init()
            assert await self._asked(socket, "1") == "PERSISTED_QUERY_NOT_FOUND"
            await register(http, GREETING)
            await socket.send({"id": "2", "type": "subscribe", "payload": {"extensions": extensions(GREETING)}})
            assert (await socket.receive())["payload"] == {"data": {"hello": "你好，种草"}}

    async def _asked(self, socket: Socket, identity: str) -> str:
        await socket.send({"id": identity, "type": "subscribe", "payload": {"extensions": extensions(GREETING)}})
        message = await socket.receive()
        assert message["type"] == "error"
        return code({"errors": message["payload"]})


class TestAllowList:
    @pytest.fixture
    def manifest(self, tmp_path: Path) -> Path:
        path = tmp_path / "documents.json"
        path.write_text(json.dumps({hash_of(GREETING): GREETING}), encoding="utf-8")
        return path

    @pytest.fixture
    def settings(self, settings: Settings, manifest: Path) -> Settings:
        return dataclasses.replace(settings, persisted_documents=manifest, only_persisted=True, public_max_age=30)

    async def test_is_known_from_the_start(self, http: httpx.AsyncClient) -> None:
        for body in ({"extensions": extensions(GREETING)}, {"query": GREETING}):
            assert (await http.post(URL, json=body)).json() == {"data": {"hello": "你好，种草"}}

    async def test_refuses_all_else(self, http: httpx.AsyncClient) -> None:
        bodies: list[dict[str, Any]] = [
            {"query": CHANGE},
            {"query": CHANGE, "extensions": extensions(CHANGE)},
            {"extensions": extensions(CHANGE)},
        ]
        for body in bodies:
            answer = await http.post(URL, json=body, headers={"Accept": GRAPHQL})
            assert (answer.status_code, code(answer.json())) == (400, "PERSISTED_QUERY_REQUIRED")

    async def test_may_be_kept_for_a_while_if_the_operator_says_so(self, http: httpx.AsyncClient) -> None:
        answer = await http.get(URL, params=in_url(GREETING))
        assert answer.headers["cache-control"] == "public, max-age=30"

    def test_can_be_a_manifest_of_apollo_s(self, tmp_path: Path) -> None:
        path = tmp_path / "manifest.json"
        operations = [{"id": hash_of(GREETING), "name": "", "type": "query", "body": GREETING}]
        path.write_text(json.dumps({"format": "apollo-persisted-query-manifest", "operations": operations}))
        assert load(path) == {hash_of(GREETING): GREETING}

    def test_can_be_one_document(self, tmp_path: Path) -> None:
        (tmp_path / "feed.graphql").write_text(GREETING, encoding="utf-8")
        assert load(tmp_path / "feed.graphql") == {hash_of(GREETING): GREETING}

    @pytest.mark.parametrize("content", ["[", "[]", "7", '{"operations": [{"id": "x"}]}', '{"x": 7}', '{"x": "{ a }"}'])
    def test_that_is_none_stops_the_start(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "documents.json"
        path.write_text(content)
        with pytest.raises(SettingsError, match="ZHONGCAO_PERSISTED_DOCUMENTS"):
            load(path)

    def test_that_is_missing_or_not_valid_stops_the_start(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="cannot be read"):
            load(tmp_path / "missing.json")
        with pytest.raises(SettingsError, match="is not valid: Cannot query field"):
            Operations(SCHEMA, persisted=PersistedDocuments({hash_of("{ no }"): "{ no }"}))

    def test_is_needed_where_nothing_else_is_executed(self) -> None:
        with pytest.raises(SettingsError, match="needs ZHONGCAO_PERSISTED_DOCUMENTS"):
            Settings.from_environment({"ZHONGCAO_ONLY_PERSISTED": "1"})

    def test_is_not_pushed_out_by_others(self) -> None:
        operations = Operations(SCHEMA, persisted=PersistedDocuments({hash_of(GREETING): GREETING}))
        listed = operations.prepare(None, None, {}, hash_of(GREETING)).document
        for number in range(10):
            operations.prepare("{ hello } #" + str(number) * 90_000, None, {})
        assert operations.prepare(GREETING, None, {}).document is listed
        with pytest.raises(RequestError, match="NotFound"):
            operations.prepare(None, None, {}, hash_of(CHANGE))
