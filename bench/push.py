"""How long a paid seat takes to a subscriber: from the payment's request, and from its answer, to the pushed event."""

import asyncio
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec
import websockets

from bench import client as api
from bench.figures import Figure, show
from bench.server import Server, scratch, serving
from tests.services import redis

_SUBSCRIPTION = """subscription ($teamId: ID!) {
  teamProgress(teamId: $teamId) { sequence event serverNow team { joinedCount remainingCount status } } }"""
_TEAM_SIZE = 100


class Result(msgspec.Struct):
    """Milliseconds to the subscriber, sorted."""

    from_request: list[float]
    from_answer: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.from_request)

    @property
    def p95(self) -> float:
        return self.from_request[int(len(self.from_request) * 0.95)]


def measure(data: Path, environment: Mapping[str, str] | None = None, seats: int = _TEAM_SIZE - 1) -> Result:
    """Serves from `data`, has `seats` people join and pay one after another, and times each seat's event."""
    with serving(data, environment=environment) as server:
        return asyncio.run(_measure(server, seats))


async def _measure(server: Server, seats: int) -> Result:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        nobody = api.Client(http)
        group_buy_id = await api.offer(await nobody.sign_up("店主"), team_size=_TEAM_SIZE, stock=_TEAM_SIZE)
        leader = await nobody.sign_up("团长")
        opened = await leader.do(api.OPEN_TEAM, groupBuyId=group_buy_id, idempotencyKey="open")
        await leader.pay(opened["order"]["id"])
        team_id: str = opened["team"]["id"]
        members = [await nobody.sign_up("团员") for _ in range(seats)]
        orders = [
            (await member.do(api.JOIN_TEAM, teamId=team_id, idempotencyKey="join"))["order"]["id"] for member in members
        ]
        async with websockets.connect(
            server.websocket_url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
        ) as socket:
            await _subscribe(socket, team_id)
            return await _pay_and_time(socket, list(zip(members, orders, strict=True)))


async def _subscribe(socket: Any, team_id: str) -> None:
    await socket.send('{"type":"connection_init"}')
    await socket.recv()
    start = {"id": "1", "type": "subscribe", "payload": {"query": _SUBSCRIPTION, "variables": {"teamId": team_id}}}
    await socket.send(msgspec.json.encode(start).decode())
    snapshot = msgspec.json.decode(await socket.recv())
    if snapshot["type"] != "next":
        raise RuntimeError(str(snapshot))


async def _pay_and_time(socket: Any, paying: list[tuple[api.Client, str]]) -> Result:
    result = Result([], [])
    for member, order_id in paying:
        sent = time.perf_counter()
        event = asyncio.create_task(_next_event(socket))
        await member.pay(order_id)
        answered = time.perf_counter()
        arrived = await event
        result.from_request.append((arrived - sent) * 1000)
        result.from_answer.append((arrived - answered) * 1000)
        await asyncio.sleep(0.02)
    result.from_request.sort()
    result.from_answer.sort()
    return result


async def _next_event(socket: Any) -> float:
    while True:
        message = msgspec.json.decode(await asyncio.wait_for(socket.recv(), 10))
        if message["type"] == "next":
            return time.perf_counter()
        if message["type"] in ("error", "complete"):
            raise RuntimeError(str(message))


def figures() -> list[Figure]:
    """Measures with the bus in memory, and with a Redis started for it."""
    with scratch() as folder, redis.started() as bus:
        ways = {
            "bus in memory": measure(folder / "alone"),
            "bus by Redis": measure(folder / "redis", {"REDIS_URL": bus.url}),
        }
    return [
        Figure(
            f"payOrder sent → seat seen by a subscriber, {way}: median, p95",
            f"{result.median:.1f} ms, {result.p95:.1f} ms",
            "< 50 ms",
        )
        for way, result in ways.items()
    ]


if __name__ == "__main__":
    show("Push", figures())
