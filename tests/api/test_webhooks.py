"""Notifications of payment providers: only signed ones are heard."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from api.app import create
from api.runtime import Runtime
from commerce.payments import Outcome, Provider, SandboxProvider, actions
from core.bus import MemoryBus
from core.clock import MovableClock
from core.ids import new_id
from core.settings import Settings
from schema.context import Services
from tests.api.small import SCHEMA
from tests.commerce.payments.networks import by_stripe
from tests.factories import orders

PROVIDER = SandboxProvider(b"secret")
PROVIDERS: dict[str, Provider] = {"SANDBOX": PROVIDER}
URL = "/webhooks/payments/SANDBOX"


@pytest.fixture
async def http(database: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the doors, which know one provider."""

    @asynccontextmanager
    async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
        others: Any = dict.fromkeys(field.name for field in dataclasses.fields(Services))
        services = Services(**{**others, "settings": settings, "bus": MemoryBus(), "providers": PROVIDERS})
        yield Runtime(services, {})

    app = create(Settings(), SCHEMA, runtime=runtime)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        yield client


async def test_hears_what_is_signed(http: httpx.AsyncClient) -> None:
    body, signature = PROVIDER.notification(new_id().hex, Outcome.CAPTURED)
    response = await http.post(URL, content=body, headers={"X-Signature": signature})
    assert response.status_code == 204


@pytest.mark.parametrize("signature", ["", "wrong", "钥匙".encode().decode("latin-1")])
async def test_hears_nothing_else(http: httpx.AsyncClient, signature: str) -> None:
    body, _ = PROVIDER.notification(new_id().hex, Outcome.CAPTURED)
    response = await http.post(URL, content=body, headers={"X-Signature": signature.encode("latin-1")})
    assert response.status_code == 401


async def test_an_old_one_sent_again_is_not_heard(http: httpx.AsyncClient, moving_clock: MovableClock) -> None:
    body, signature = PROVIDER.notification(new_id().hex, Outcome.CAPTURED)
    moving_clock.move(301)
    response = await http.post(URL, content=body, headers={"X-Signature": signature})
    assert response.status_code == 401


async def test_asks_for_it_again_when_the_provider_is_silent(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await orders.placed()
    payment = await actions.begin(order.id, order.buyer_id, "SANDBOX", order.total, "一次", "f")
    body, signature = PROVIDER.notification(payment.id.hex, Outcome.CAPTURED)
    monkeypatch.setattr(PROVIDER.faults, "lost_requests", 1)
    first = await http.post(URL, content=body, headers={"X-Signature": signature})
    again = await http.post(URL, content=body, headers={"X-Signature": signature})
    assert (first.status_code, again.status_code) == (503, 204)


async def test_knows_its_providers(http: httpx.AsyncClient) -> None:
    assert (await http.post("/webhooks/payments/OTHER", content=b"{}")).status_code == 404
    assert (await http.get(URL)).status_code == 405


async def test_stripes_notifications_are_heard_and_finish_a_payment(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await orders.placed()
    async with by_stripe() as network:
        monkeypatch.setitem(PROVIDERS, "STRIPE", network.provider)
        payment = await actions.begin(order.id, order.buyer_id, "STRIPE", order.total, "一次", "f")
        await actions.capture(network.provider, payment, network.good)
        body, signature = network.notification(payment.id.hex)
        forged = await http.post("/webhooks/payments/STRIPE", content=body, headers={"Stripe-Signature": "t=1,v1=0"})
        heard = await http.post("/webhooks/payments/STRIPE", content=body, headers={"Stripe-Signature": signature})
    assert (forged.status_code, heard.status_code) == (401, 204)
    await orders.react(PROVIDER)
    assert (await orders.now(order)).status == "CONFIRMED"
