"""A crowd before an offer: people who are signed in, and open teams with room, made without anybody waiting for it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec

from commerce.catalogue import NewVariant
from commerce.catalogue import actions as products
from commerce.catalogue import queries as product_queries
from commerce.group_buys import actions as group_buys
from commerce.payments import SandboxProvider
from commerce.payments import actions as payments
from commerce.shops import actions as shop_actions
from core import clock, db
from core.ids import new_id
from people.accounts import actions as accounts
from people.accounts import rules as account_rules

TEAM_SIZE: Final = 100
_STOCK: Final = 1_000_000
_AT_ONCE: Final = 32


class Crowd(msgspec.Struct, frozen=True):
    """So many people with tokens (see `token`), and the ids of teams: all of one offer, and each of another."""

    people: int
    hot: list[UUID]
    spread: list[UUID]


def token(number: int) -> str:
    """The access token of one of the people."""
    return f"bench-{number}"


async def gather(people: int, offers: int) -> Crowd:
    """Signs `people` in, and opens teams that have room for all of them: of one offer, and of `offers` others."""
    await _sign_in(people)
    owner_id = await accounts.create("bench_shop", "拼团商店", "no password")
    await shop_actions.open_shop(owner_id, "拼团商店")
    leaders = [await accounts.create(f"bench_leader_{number}", "团长", "no password") for number in range(_AT_ONCE)]
    [hot] = await _offer(owner_id, 1)
    spread = await _offer(owner_id, offers)
    room = -(-people // (TEAM_SIZE - 1))
    return Crowd(people, await _open([hot] * room, leaders), await _open(spread, leaders))


async def _sign_in(people: int) -> None:
    ids, now = [new_id() for _ in range(people)], clock.now()
    await db.execute(
        "INSERT INTO accounts (id, handle, handle_key, display_name, bio, password_hash, is_kol, follower_count,"
        " following_count, note_count, failed_sign_ins, created_at)"
        " SELECT id, name, name, '团员', '', '', false, 0, 0, 0, 0, $3"
        " FROM unnest($1::uuid[], $2::text[]) AS p (id, name)",
        ids,
        [f"bench_{number}" for number in range(people)],
        now,
    )
    await db.execute(
        "INSERT INTO sessions (id, account_id, access_hash, access_expires_at, created_at)"
        " SELECT id, id, hash, $3, $4 FROM unnest($1::uuid[], $2::bytea[]) AS p (id, hash)",
        ids,
        [account_rules.token_hash(token(number)) for number in range(people)],
        now + timedelta(days=1),
        now,
    )


async def _offer(owner_id: UUID, count: int) -> list[UUID]:
    """So many offers of one product's variant."""
    product = await products.create_product(
        owner_id, "折叠露营椅", "轻便", [], "CNY", [NewVariant("米白", Decimal("199.00"), _STOCK * 2)]
    )
    [[variant]] = await product_queries.variants_of([product.id])
    made = []
    for _ in range(count):
        offer = await group_buys.create(
            owner_id,
            variant.id,
            price=Decimal("149.00"),
            team_size=TEAM_SIZE,
            ends_at=clock.now() + timedelta(days=1),
            stock=_STOCK // count,
            per_user_limit=999,
        )
        made.append(offer.id)
    return made


async def _open(offers: Sequence[UUID], leaders: Sequence[UUID]) -> list[UUID]:
    """An open team of each offer."""
    teams: dict[int, UUID] = {}
    waiting = iter(enumerate(offers))
    provider = SandboxProvider()

    async def work(leader_id: UUID) -> None:
        for place, offer_id in waiting:
            taken = await group_buys.open_team(leader_id, offer_id, 1, None, new_id().hex)
            order = taken.order
            payment = await payments.begin(order.id, leader_id, provider.name, order.total, new_id().hex, "")
            await payments.capture(provider, payment, "a token")
            await group_buys.settle_payment(order.id, payment.id)
            teams[place] = taken.team.id

    await asyncio.gather(*(work(leader_id) for leader_id in leaders))
    return [teams[place] for place in range(len(offers))]
