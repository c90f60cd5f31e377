"""Rehearsals: an operator switches faults on, and the sandbox's notifications come to the door over HTTP."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api import rehearsal, services
from api.app import create
from api.runtime import Runtime
from commerce.payments import Faults, Outcome, SandboxProvider, queries
from commerce.payments.errors import PaymentInProgress
from core.bus import MemoryBus
from core.settings import Settings, SettingsError
from schema.context import Services
from tests.api.small import SCHEMA
from tests.factories import orders
from tests.services import programs
from tests.services.http import listening_socket, serving
from tests.waiting import by_and_by, until


class TestSettings:
    async def test_switch_faults_on(self, tmp_path) -> None:
        settings = Settings.from_environment({"ZHONGCAO_SANDBOX_FAULTS": "delay=2,lost_answers=3"}, data=tmp_path)
        async with services.providers(settings) as found:
            [sandbox] = found.values()
        assert isinstance(sandbox, SandboxProvider)
        assert sandbox.faults == Faults(delay=2, lost_answers=3)

    async def test_what_is_no_switch_is_named(self, tmp_path) -> None:
        with pytest.raises(SettingsError, match=r"ZHONGCAO_SANDBOX_FAULTS is wrong: .*dely"):
            await services.providers(Settings(data=tmp_path, sandbox_faults="dely=2")).__aenter__()

    async def test_are_refused_where_the_sandbox_is_off(self, tmp_path) -> None:
        settings = Settings(data=tmp_path, sandbox_payments=False, sandbox_faults="delay=2")
        with pytest.raises(SettingsError, match="there is no sandbox"):
            await services.providers(settings).__aenter__()


@asynccontextmanager
async def rehearsed(sandbox: SandboxProvider) -> AsyncIterator[None]:
    """The doors on a real server, to which the sandbox sends its notifications."""

    @asynccontextmanager
    async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
        others: Any = dict.fromkeys(field.name for field in dataclasses.fields(Services))
        known = {**others, "settings": settings, "bus": MemoryBus(), "providers": {"SANDBOX": sandbox}}
        yield Runtime(Services(**known), {})

    async with serving(create(Settings(), SCHEMA, runtime=runtime)) as address:
        task = asyncio.create_task(rehearsal.notify(sandbox, f"http://{address}"))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


class TestNotify:
    async def test_a_lost_answer_arrives_by_notification(self, database: None, caplog) -> None:
        sandbox = SandboxProvider(faults=Faults.parse("notifications=1,lost_answers=1,forged_notifications=1"))
        order = await orders.placed()
        async with rehearsed(sandbox):
            with pytest.raises(PaymentInProgress):
                await orders.pay(order, provider=sandbox)

            async def is_captured() -> bool:
                return [payment.status for payment in await queries.of_order(order.id)] == ["CAPTURED"]

            await until(is_captured)
        assert "was not taken: HTTP Error 401" in caplog.text, "the stranger's"

    async def test_a_door_that_is_closed_stops_nothing(self, caplog) -> None:
        sandbox = SandboxProvider(faults=Faults(notifications=True))
        with listening_socket() as bound:
            url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        task = asyncio.create_task(rehearsal.notify(sandbox, url))
        for key in ("甲", "乙"):
            sandbox.notifications.add(key, Outcome.CAPTURED)
        await until(lambda: caplog.text.count("was not taken") >= 2)
        assert not task.done()
        task.cancel()


SIGN_UP = "mutation($input: SignUpInput!) { r: signUp(input: $input) { session { accessToken } } }"
PLACE = "mutation($input: PlaceOrderInput!) { r: placeOrder(input: $input) { order { id } } }"
PAY = "mutation($input: PayOrderInput!) { r: payOrder(input: $input) { order { status } userErrors { code } } }"
SHOP = "mutation($input: OpenShopInput!) { r: openShop(input: $input) { shop { id } } }"
PRODUCT = "mutation($input: CreateProductInput!) { r: createProduct(input: $input) { product { variants { id } } } }"


def do(server: programs.Served, document: str, token: str | None = None, **given: object) -> dict[str, Any]:
    payload: Any = server.ask(document, token, input=given)["r"]
    return dict(payload)


class TestARunningServer:
    def test_an_answer_is_lost_and_the_order_is_settled_all_the_same(self, data_folder) -> None:
        faults = "notifications=1,lost_answers=1,duplicated_notifications=1,forged_notifications=1"
        with programs.serving("--data", str(data_folder), ZHONGCAO_SANDBOX_FAULTS=faults) as server:
            person = {"handle": "xiaolu", "displayName": "小鹿", "password": "correct horse"}
            token = do(server, SIGN_UP, **person)["session"]["accessToken"]
            do(server, SHOP, token, name="小鹿的店")
            variants = [{"name": "50ml", "price": "128.00", "stock": 3}]
            [variant] = do(server, PRODUCT, token, title="云朵面霜", variants=variants)["product"]["variants"]
            lines = [{"variantId": variant["id"], "quantity": 1}]
            order = do(server, PLACE, token, lines=lines, idempotencyKey="一次")["order"]
            paid = do(server, PAY, token, orderId=order["id"], idempotencyKey="一次")
            assert [error["code"] for error in paid["userErrors"]] == ["CONFLICT"]
            document = "query($id: ID!) { node(id: $id) { ... on Order { status } } }"
            confirmed = {"node": {"status": "CONFIRMED"}}
            by_and_by(lambda: server.ask(document, token, id=order["id"]) == confirmed)
            checked = programs.run("check", "--data", str(data_folder))
            assert checked.returncode == 0, checked.stderr
            assert "another's signature" in server.stop(), "the notifications came to the door"
