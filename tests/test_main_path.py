"""The platform's whole job, as its clients do it: a note becomes a team that fills. Embedded, and on real servers."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.sockets import Socket, connected
from tests.services import programs, together
from tests.services.programs import Served
from tests.waiting import PATIENCE, by_and_by

ERRORS = "userErrors { code message field }"
MUTATIONS = {
    "signUp": "SignUpInput! session { accessToken user { id } }",
    "followUser": "FollowUserInput! user { followerCount viewerIsFollowing }",
    "openShop": "OpenShopInput! shop { id }",
    "createProduct": "CreateProductInput! product { id variants { id available } }",
    "createGroupBuy": "CreateGroupBuyInput! groupBuy { id status }",
    "publishNote": "PublishNoteInput! note { id }",
    "openTeam": "OpenTeamInput! team { id status openSeatCount } order { id status } seat { status heldUntil }",
    "joinTeam": "JoinTeamInput! team { id openSeatCount } order { id status }",
    "payOrder": "PayOrderInput! order { id status team { status joinedCount } }",
    "shipOrder": "ShipOrderInput! order { status }",
    "confirmReceipt": "OrderRefInput! order { status }",
    "scheduleLiveStream": "ScheduleLiveStreamInput! liveStream { id }",
    "startLiveStream": "LiveStreamRefInput! liveStream { status playbackUrl }",
    "addLiveListing": "AddLiveListingInput! listing { id groupBuy { id } }",
}
FEED = """{ feed(kind: FOLLOWING) { edges { reason node { title author { handle } productTags { mediaIndex x y product {
  id title minPrice { amount currency } groupBuys { id price { amount } teamSize } } } } } } }"""
SEARCH = "query ($words: String!) { search(query: $words) { edges { node { __typename ... on Note { title } } } } }"
ORDER = "query ($id: ID!) { node(id: $id) { ... on Order { status refunded { amount } } } }"
TEAM_PROGRESS = """subscription ($id: ID!) { teamProgress(teamId: $id) {
  sequence event serverNow
  team { joinedCount remainingCount status expiresAt members { isLeader user { displayName } } } } }"""
LIVE_EVENTS = """subscription ($id: ID!) { liveStreamEvents(liveStreamId: $id) { sequence serverNow event {
  __typename ... on LiveSnapshot { liveStream { status listings { product { title } } } }
  ... on LiveGroupBuyChanged { groupBuy { joinedCount } team { status } } } } }"""


class Person:
    """Somebody with a session on a server."""

    def __init__(self, server: Served, handle: str, name: str) -> None:
        self.server = server
        self.token: str | None = None
        session = self.does("signUp", handle=handle, displayName=name, password="correct horse")["session"]
        self.token, self.id = session["accessToken"], session["user"]["id"]

    def does(self, mutation: str, **given: Any) -> dict[str, Any]:
        """The payload of a mutation that must not be refused."""
        kind, _, selection = MUTATIONS[mutation].partition(" ")
        document = f"mutation ($input: {kind}) {{ {mutation}(input: $input) {{ {selection} {ERRORS} }} }}"
        payload: Any = self.server.ask(document, self.token, input=given)[mutation]
        assert payload["userErrors"] == []
        found: dict[str, Any] = payload
        return found

    def asks(self, query: str, **variables: Any) -> Any:
        return self.server.ask(query, self.token, **variables)

    def pays(self, order_id: str) -> dict[str, Any]:
        order: dict[str, Any] = self.does("payOrder", orderId=order_id, idempotencyKey=f"pay {order_id}")["order"]
        return order


@pytest.fixture(params=["embedded", "servers"])
def servers(request: pytest.FixtureRequest, data_folder: Path) -> Iterator[tuple[Served, Served, dict[str, str]]]:
    """Where people write and where they watch: one process on its own, or two with a worker on real servers."""
    with ExitStack() as stack:
        if request.param == "embedded":
            environment = {"ZHONGCAO_DATA": str(data_folder / "zhongcao")}
            server = stack.enter_context(programs.serving(**environment))
            yield server, server, environment
            return
        environment = stack.enter_context(together.started(request.getfixturevalue("database_url")))
        writing = stack.enter_context(programs.serving(**environment))
        watching = stack.enter_context(programs.serving(**environment))
        stack.enter_context(programs.working(**environment))
        # A new installation can be searched when its worker has built the index.
        ready = f"http://{watching.address}/health/ready"
        by_and_by(lambda: httpx.get(ready, timeout=PATIENCE).json()["status"] == "up")
        yield writing, watching, environment


def sells(kol: Person, *, ttl_seconds: int) -> tuple[str, str]:
    """A shop with one product in a group-buy for two; returns the product and the group-buy."""
    kol.does("openShop", name="山野小铺")
    product = kol.does(
        "createProduct", title="折叠露营椅", variants=[{"name": "米白", "price": "199.00", "stock": 10}]
    )["product"]
    offer = {"price": "149.00", "teamSize": 2, "stock": 8, "endsAt": "2099-01-01T00:00:00Z", "perUserLimit": 2}
    variant = product["variants"][0]["id"]
    made = kol.does("createGroupBuy", variantId=variant, teamTtlSeconds=ttl_seconds, **offer)
    return product["id"], made["groupBuy"]["id"]


async def next_event(socket: Socket, field: str) -> dict[str, Any]:
    message = await socket.receive()
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    found: dict[str, Any] = message["payload"]["data"][field]
    return found


async def test_a_note_becomes_a_team_that_fills(servers: tuple[Served, Served, dict[str, str]]) -> None:
    here, there, _ = servers
    kol, follower, friend = (
        Person(here, "lu_露营", "小鹿"),
        Person(here, "follower", "阿明"),
        Person(there, "friend", "小美"),
    )
    product_id, group_buy_id = sells(kol, ttl_seconds=600)
    tag = {"productId": product_id, "mediaIndex": 0, "x": 0.4, "y": 0.6}
    kol.does(
        "publishNote",
        title="周末露营，这把椅子坐一下午不累",
        body="收起来只有水壶大小，海边沙地也稳。",
        media=[{"kind": "IMAGE", "url": "https://example.com/chair.jpg"}],
        productTags=[tag],
        topics=["露营"],
    )
    assert follower.does("followUser", userId=kol.id)["user"] == {"followerCount": 1, "viewerIsFollowing": True}

    [edge] = follower.asks(FEED)["feed"]["edges"]
    assert edge["reason"] == "FOLLOWED_AUTHOR"
    shown = edge["node"]["productTags"][0]["product"]
    assert shown["minPrice"] == {"amount": "199.00", "currency": "CNY"}
    assert shown["groupBuys"] == [{"id": group_buy_id, "price": {"amount": "149.00"}, "teamSize": 2}]
    found = [{"__typename": "Note", "title": edge["node"]["title"]}]
    by_and_by(
        lambda: (
            [
                hit["node"]
                for hit in there.ask(SEARCH, words="露營")["search"]["edges"]  # type: ignore[index]
                if hit["node"]["__typename"] == "Note"
            ]
            == found
        )
    )

    taken = follower.does("openTeam", groupBuyId=group_buy_id, idempotencyKey="open")
    assert (taken["team"]["status"], taken["order"]["status"]) == ("PENDING", "PENDING_PAYMENT")
    assert follower.pays(taken["order"]["id"])["status"] == "AWAITING_TEAM"
    team_id = taken["team"]["id"]
    async with connected(there.address) as socket:
        await socket.init()
        await socket.subscribe(TEAM_PROGRESS, variables={"id": team_id})
        snapshot = await next_event(socket, "teamProgress")
        assert (snapshot["event"], snapshot["team"]["remainingCount"]) == ("SNAPSHOT", 1)
        joined = friend.does("joinTeam", teamId=team_id, idempotencyKey="join")
        assert joined["team"]["openSeatCount"] == 0
        paid = friend.pays(joined["order"]["id"])
        assert (paid["status"], paid["team"]["status"]) == ("CONFIRMED", "SUCCEEDED")
        last = await next_event(socket, "teamProgress")
        while last["event"] != "SUCCEEDED":
            last = await next_event(socket, "teamProgress")
        assert last["sequence"] > snapshot["sequence"]
        assert [member["user"]["displayName"] for member in last["team"]["members"]] == ["阿明", "小美"]
    shipped = kol.does("shipOrder", orderId=joined["order"]["id"], carrier="顺丰", trackingNumber="SF1234567890")
    assert shipped["order"]["status"] == "SHIPPED"
    assert friend.does("confirmReceipt", orderId=joined["order"]["id"])["order"]["status"] == "COMPLETED"


async def test_the_same_offer_sells_in_a_live_room(servers: tuple[Served, Served, dict[str, str]]) -> None:
    here, there, _ = servers
    kol, viewer = Person(here, "host", "小鹿"), Person(there, "viewer", "阿明")
    product_id, group_buy_id = sells(kol, ttl_seconds=600)
    planned = kol.does("scheduleLiveStream", title="露营好物专场", scheduledAt="2026-12-01T12:00:00Z")
    stream_id = planned["liveStream"]["id"]
    assert kol.does("startLiveStream", liveStreamId=stream_id)["liveStream"]["status"] == "LIVE"
    kol.does("addLiveListing", liveStreamId=stream_id, productId=product_id, groupBuyId=group_buy_id)
    async with connected(there.address) as socket:
        await socket.init()
        await socket.subscribe(LIVE_EVENTS, variables={"id": stream_id})
        first = await next_event(socket, "liveStreamEvents")
        listed = {"status": "LIVE", "listings": [{"product": {"title": "折叠露营椅"}}]}
        assert first["event"] == {"__typename": "LiveSnapshot", "liveStream": listed}
        taken = viewer.does("openTeam", groupBuyId=group_buy_id, idempotencyKey="open")
        viewer.pays(taken["order"]["id"])
        event = first["event"]
        while event["__typename"] != "LiveGroupBuyChanged":
            event = (await next_event(socket, "liveStreamEvents"))["event"]
        assert (event["groupBuy"]["joinedCount"], event["team"]["status"]) == (1, "OPEN")


async def test_a_team_that_does_not_fill_is_refunded(servers: tuple[Served, Served, dict[str, str]]) -> None:
    here, _, environment = servers
    kol, leader = Person(here, "owner", "小鹿"), Person(here, "leader", "阿明")
    _, group_buy_id = sells(kol, ttl_seconds=5)
    taken = leader.does("openTeam", groupBuyId=group_buy_id, idempotencyKey="open")
    assert leader.pays(taken["order"]["id"])["status"] == "AWAITING_TEAM"
    refunded = {"node": {"status": "REFUNDED", "refunded": {"amount": "149.00"}}}
    by_and_by(lambda: leader.asks(ORDER, id=taken["order"]["id"]) == refunded)
    here.stop()
    checked = programs.run("check", **environment)
    assert checked.returncode == 0, checked.stdout + checked.stderr
