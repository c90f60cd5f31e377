"""The first page tells what this is, and asks nothing of anybody else."""

import base64
import hashlib
import re

import httpx
import pytest

from core.settings import Settings


class TestWithAConsole:
    @pytest.mark.parametrize("accept", ["text/html", "*/*", "application/json"])
    async def test_is_a_page_that_leads_to_it(self, http: httpx.AsyncClient, accept: str) -> None:
        response = await http.get("/", headers={"Accept": accept})
        assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "种草" in response.text and 'href="/graphql"' in response.text

    async def test_allows_its_own_style_and_nothing_else(self, http: httpx.AsyncClient) -> None:
        response = await http.get("/")
        (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = response.headers["content-security-policy"]
        assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
        assert not re.search(r"<(script|img|link|iframe|form)", response.text)


class TestInProduction:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(debug=False, public_url="https://shop.example/<&>")

    async def test_is_a_page_that_names_the_endpoint(self, http: httpx.AsyncClient) -> None:
        response = await http.get("/", headers={"Accept": "text/html"})
        assert response.status_code == 200
        assert "<code>POST https://shop.example/&lt;&amp;&gt;/graphql</code>" in response.text
        assert "href" not in response.text
