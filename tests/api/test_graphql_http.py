"""GraphQL over HTTP: what is answered in which media type, with which status, and what is never answered."""

import httpx
import pytest

from api.negotiation import GRAPHQL, JSON
from core.settings import Settings
from people.accounts import actions

URL = "/graphql"


async def post(http: httpx.AsyncClient, body: object, **headers: str) -> httpx.Response:
    return await http.post(URL, json=body, headers=headers)


class TestMediaTypes:
    @pytest.mark.parametrize(
        ("accept", "answered"),
        [
            (None, JSON),
            ("*/*", JSON),
            ("application/*", JSON),
            (JSON, JSON),
            (f"{JSON}; charset=utf-8", JSON),
            (GRAPHQL, GRAPHQL),
            (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
            (f"{GRAPHQL};q=0.5, {JSON}", JSON),
            (f"{GRAPHQL}, {JSON}, text/event-stream, multipart/mixed", GRAPHQL),
            (f"text/event-stream;q=0, {JSON}", JSON),
            ("text/event-stream;q=0, */*", JSON),
            (f"text/html, {GRAPHQL};q=0.1", GRAPHQL),
        ],
    )
    async def test_negotiates(self, http: httpx.AsyncClient, accept: str | None, answered: str) -> None:
        headers = {} if accept is None else {"Accept": accept}
        request = http.build_request("POST", URL, json={"query": "{ hello }"}, headers=headers)
        if accept is None:
            del request.headers["accept"]
        response = await http.send(request)
        assert response.status_code == 200
        assert response.headers["content-type"] == f"{answered}; charset=utf-8"
        assert response.json() == {"data": {"hello": "你好，世界"}}

    @pytest.mark.parametrize("accept", ["image/png", "text/html", f"{JSON};q=0", f"{JSON};charset=utf-16"])
    async def test_refuses_what_it_cannot_make(self, http: httpx.AsyncClient, accept: str) -> None:
        response = await post(http, {"query": "{ hello }"}, Accept=accept)
        assert response.status_code == 406 and response.json()["errors"]

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
            "application/json; charset=utf-16",
        ],
    )
    async def test_takes_json_in_utf_8_only(self, http: httpx.AsyncClient, content_type: str) -> None:
        response = await http.post(URL, content=b'{"query":"{ hello }"}', headers={"Content-Type": content_type})
        assert response.status_code == 415 and response.json()["errors"]


REQUEST_ERRORS = {
    "syntax": {"query": "{"},
    "empty": {"query": ""},
    "validation": {"query": "{ unknown }"},
    "empty selection": {"query": "{ item { } }"},
    "variables": {"query": "query ($n: Int!) { number(value: $n) }", "variables": {"n": "x"}},
    "huge variable": {"query": "query ($n: Int!) { number(value: $n) }", "variables": {"n": 10**30}},
    "no operation of that name": {"query": "query A { hello }", "operationName": "B"},
    "several operations": {"query": "query A { hello } query B { hello }"},
    "only fragments": {"query": "fragment F on Query { hello }"},
    "nested": {"query": "{" + "item{inner" * 300},
    "NUL": {"query": '{ hello(name: "\\u0000") }'},
}


class TestRequestErrors:
    @pytest.mark.parametrize("body", REQUEST_ERRORS.values(), ids=REQUEST_ERRORS.keys())
    async def test_are_400_without_data_in_the_newer_media_type(self, http: httpx.AsyncClient, body: object) -> None:
        response = await post(http, body, Accept=GRAPHQL)
        assert response.status_code == 400
        assert response.json().keys() == {"errors"} and response.json()["errors"][0]["message"]

    @pytest.mark.parametrize("body", REQUEST_ERRORS.values(), ids=REQUEST_ERRORS.keys())
    async def test_are_200_without_data_in_the_older_one(self, http: httpx.AsyncClient, body: object) -> None:
        response = await post(http, body, Accept=JSON)
        assert response.status_code == 200 and response.json().keys() == {"errors"}

    async def test_takes_operation_names(self, http: httpx.AsyncClient) -> None:
        body = {"query": "query A { hello } query B { language }", "operationName": "B"}
        assert (await post(http, body)).json() == {"data": {"language": "zh"}}


class TestMalformedRequests:
    @pytest.mark.parametrize(
        "body",
        [
            b"", b"null", b"1", b'"x"', b"true", b"{", b"\xff\xfe", b'{"query": "\\ud800"}', b"[" * 5000, b"[]", b"{}",
            b'[{"query": "{ hello }"}]', b'{"query": 1}', b'{"query": null}', b'{"query": ["{ hello }"]}',
            b'{"query": "{ hello }", "variables": []}', b'{"query": "{ hello }", "variables": "{}"}',
            b'{"query": "{ hello }", "operationName": 1}', b'{"query": "{ hello }", "extensions": 1}',
            b'{"query": "{ hello }", "variables": {"a": "\\u0000"}}',
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("accept", [JSON, GRAPHQL])
    async def test_are_400(self, http: httpx.AsyncClient, body: bytes, accept: str) -> None:
        headers = {"Content-Type": JSON, "Accept": accept}
        response = await http.post(URL, content=body, headers=headers)
        assert response.status_code == 400
        assert response.json().keys() == {"errors"}

    async def test_are_413_beyond_one_mebibyte(self, http: httpx.AsyncClient) -> None:
        async def chunks():
            for _ in range(40):
                yield b" " * 65_536

        for content in (b" " * (2**20 + 1), chunks()):
            response = await http.post(URL, content=content, headers={"Content-Type": JSON})
            assert response.status_code == 413 and response.json()["errors"]

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    async def test_are_405_by_other_methods(self, http: httpx.AsyncClient, method: str) -> None:
        response = await http.request(method, URL, json={"query": "{ hello }"})
        assert response.status_code == 405
        assert response.headers["allow"] == "GET, POST" and response.json()["errors"]


class TestGet:
    async def test_reads_a_query(self, http: httpx.AsyncClient) -> None:
        parameters = {
            "query": "query ($n: String) { hello(name: $n) }",
            "variables": '{"n": "小鹿"}',
            "extensions": "{}",
        }
        response = await http.get(URL, params=parameters)
        assert response.json() == {"data": {"hello": "你好，小鹿"}}

    async def test_changes_nothing(self, http: httpx.AsyncClient) -> None:
        response = await http.get(URL, params={"query": "mutation { change }"})
        assert response.status_code == 405 and response.headers["allow"] == "POST"

    @pytest.mark.parametrize(
        "parameters", [{}, {"query": "{ hello }", "variables": "{"}, [("query", "{ hello }"), ("query", "{ hello }")]]
    )
    async def test_refuses_malformed_parameters(self, http: httpx.AsyncClient, parameters) -> None:
        response = await http.get(URL, params=parameters, headers={"Accept": JSON})
        assert response.status_code == 400

    async def test_shows_the_console_to_a_browser(self, http: httpx.AsyncClient) -> None:
        response = await http.get(
            URL, headers={"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
        )
        assert response.headers["content-type"].startswith("text/html")
        assert "://" not in response.text.replace("http://www.w3.org", "")
        for name in ("console.js", "console.css", "examples.json", "docs.js", "icon.svg", "preparing.js"):
            assert (await http.get(f"/console/{name}")).status_code == 200
        assert (await http.get("/console/__init__.py")).status_code == 404


class TestExecution:
    async def test_subscriptions_need_a_stream(self, http: httpx.AsyncClient) -> None:
        response = await post(http, {"query": "subscription { count }"}, Accept=JSON)
        assert response.status_code == 400 and "text/event-stream" in response.json()["errors"][0]["message"]

    async def test_masks_defects(self, http: httpx.AsyncClient) -> None:
        response = await post(http, {"query": "{ hello defect }"}, **{"X-Request-ID": "mine-1"})
        assert response.headers["x-request-id"] == "mine-1"
        assert "secret" not in response.text
        assert response.json()["data"] == {"hello": "你好，世界", "defect": None}
        assert response.json()["errors"][0]["extensions"] == {"code": "INTERNAL", "requestId": "mine-1"}

    async def test_translates_refusals(self, http: httpx.AsyncClient) -> None:
        response = await post(http, {"query": "{ refused }"}, **{"Accept-Language": "fr, en-GB;q=0.8, zh;q=0.5"})
        (error,) = response.json()["errors"]
        assert error["message"] == "It does not exist, or no longer does" and error["extensions"]["code"] == "NOT_FOUND"

    async def test_ignores_a_request_id_that_is_none(self, http: httpx.AsyncClient) -> None:
        response = await post(http, {"query": "{ hello }"}, **{"X-Request-ID": "no spaces\tplease" * 20})
        assert len(response.headers["x-request-id"]) == 16


class TestPatience:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(operation_timeout=0.1)

    async def test_ends_what_takes_too_long(self, http: httpx.AsyncClient) -> None:
        response = await post(http, {"query": "{ slow(seconds: 3600) }"}, Accept=GRAPHQL)
        assert response.status_code == 503
        assert response.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"


@pytest.mark.usefixtures("database")
class TestAuthentication:
    async def test_knows_who_holds_a_token(self, http: httpx.AsyncClient) -> None:
        session = await actions.sign_up("xiaolu", "小鹿", "correct horse")
        response = await post(http, {"query": "{ viewerId }"}, Authorization=f"bearer {session.access_token}")
        assert response.json() == {"data": {"viewerId": str(session.account_id)}}

    async def test_nobody_needs_no_token(self, http: httpx.AsyncClient) -> None:
        assert (await post(http, {"query": "{ viewerId }"})).json() == {"data": {"viewerId": None}}

    @pytest.mark.parametrize("token", ["Bearer wrong", "Bearer", "Bearer " + "x" * 5000])
    async def test_a_wrong_token_is_401(self, http: httpx.AsyncClient, token: str) -> None:
        response = await post(http, {"query": "{ viewerId }"}, Authorization=token)
        assert response.status_code == 401 and response.headers["www-authenticate"] == "Bearer"
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"

    async def test_an_expired_token_is_401(self, http: httpx.AsyncClient, moving_clock) -> None:
        session = await actions.sign_up("xiaolu", "小鹿", "correct horse")
        moving_clock.move(3600)
        response = await post(http, {"query": "{ viewerId }"}, Authorization=f"Bearer {session.access_token}")
        assert response.status_code == 401


class TestOtherOrigins:
    async def test_web_pages_may_ask(self, http: httpx.AsyncClient) -> None:
        headers = {
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        }
        response = await http.options(URL, headers=headers)
        assert response.status_code == 200 and response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers
