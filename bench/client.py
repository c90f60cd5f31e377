"""A GraphQL client of the public API, as small as a benchmark wants it."""

import itertools
from typing import Any, Self

import httpx

_numbers = itertools.count(1)

SIGN_UP = (
    "mutation ($input: SignUpInput!) { signUp(input: $input) { session { accessToken } userErrors { code message } } }"
)
OPEN_SHOP = "mutation ($input: OpenShopInput!) { openShop(input: $input) { shop { id } userErrors { code message } } }"
CREATE_PRODUCT = """mutation ($input: CreateProductInput!) {
  createProduct(input: $input) { product { id variants { id } } userErrors { code message } } }"""
CREATE_GROUP_BUY = """mutation ($input: CreateGroupBuyInput!) {
  createGroupBuy(input: $input) { groupBuy { id } userErrors { code message } } }"""
OPEN_TEAM = """mutation ($input: OpenTeamInput!) {
  openTeam(input: $input) { team { id } order { id } userErrors { code message } } }"""
JOIN_TEAM = """mutation ($input: JoinTeamInput!) {
  joinTeam(input: $input) { team { id } order { id } userErrors { code message } } }"""
PAY_ORDER = """mutation ($input: PayOrderInput!) {
  payOrder(input: $input) { order { id status } userErrors { code message } } }"""


class Client:
    """One person's connection to the API."""

    def __init__(self, http: httpx.AsyncClient, token: str | None = None) -> None:
        self._http = http
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The answer's data. Raises RuntimeError with what the server said was wrong."""
        answer = await self._http.post(
            "/graphql", json={"query": document, "variables": variables}, headers=self._headers
        )
        body: dict[str, Any] = answer.json()
        if body.get("errors"):
            raise RuntimeError(str(body["errors"]))
        data: dict[str, Any] = body["data"]
        return data

    async def do(self, document: str, **given: Any) -> dict[str, Any]:
        """A mutation's payload. Raises RuntimeError with its user errors."""
        (payload,) = (await self.ask(document, input=given)).values()
        if payload["userErrors"]:
            raise RuntimeError(str(payload["userErrors"]))
        found: dict[str, Any] = payload
        return found

    async def sign_up(self, name: str) -> Self:
        """A new person's client."""
        payload = await self.do(
            SIGN_UP, handle=f"{name}_{next(_numbers)}", displayName=name, password="a long password"
        )
        return type(self)(self._http, payload["session"]["accessToken"])

    async def pay(self, order_id: str) -> dict[str, Any]:
        return await self.do(PAY_ORDER, orderId=order_id, idempotencyKey=f"pay {order_id}")


async def offer(shop_owner: Client, *, team_size: int, stock: int) -> str:
    """A new shop's new group-buy; returns its id."""
    await shop_owner.do(OPEN_SHOP, name="山野小铺")
    product = (
        await shop_owner.do(
            CREATE_PRODUCT, title="折叠露营椅", variants=[{"name": "米白", "price": "199.00", "stock": stock}]
        )
    )["product"]
    made = await shop_owner.do(
        CREATE_GROUP_BUY,
        variantId=product["variants"][0]["id"],
        price="149.00",
        teamSize=team_size,
        endsAt="2099-01-01T00:00:00Z",
        stock=stock,
        perUserLimit=1,
    )
    group_buy_id: str = made["groupBuy"]["id"]
    return group_buy_id
