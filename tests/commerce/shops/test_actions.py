"""Shops: what may be opened, and what is refused."""

import pytest

from commerce.shops import actions, queries
from commerce.shops.errors import AlreadyHasShop
from core import db
from core.errors import Invalid
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")


class TestOpenShop:
    async def test_opens_the_owners_shop(self) -> None:
        owner_id = await person()
        shop = await actions.open_shop(owner_id, " 小鹿的店 ")
        assert shop.name == "小鹿的店"
        assert await queries.by_owners([owner_id]) == [shop]
        assert await told("ShopOpened") == ["ShopOpened"]

    async def test_refuses_a_second_one(self) -> None:
        owner_id = await person()
        await actions.open_shop(owner_id, "小鹿的店")
        with pytest.raises(AlreadyHasShop):
            await actions.open_shop(owner_id, "另一家店")
        assert await db.value("SELECT count(*) FROM shops") == 1
        assert await told("ShopOpened") == ["ShopOpened"]

    @pytest.mark.parametrize("name", ["", "  ", "店" * 41, "\u200b\u3164"])
    async def test_refuses_a_malformed_name(self, name: str) -> None:
        with pytest.raises(Invalid) as refused:
            await actions.open_shop(await person(), name)
        assert refused.value.field == ("name",)
        assert await db.value("SELECT count(*) FROM shops") == 0
