"""A thing of each kind that `node` finds, so that tests can walk the graph; a kind that is missing fails them."""

from uuid import UUID

from core import db
from schema import ids
from tests.factories import group_buys, live, notes, orders, products
from tests.factories.people import person


async def made() -> tuple[UUID, dict[str, str]]:
    """Somebody, and by the names of their types the ids of things that they may look into."""
    me = await person("小鹿")
    product = await products.product(me)
    order = await orders.paid(me)
    team = (await group_buys.opened(await group_buys.offer(me))).team
    stream = await live.live(me)
    note = await notes.note(me, topics=["露营"], product_ids=[product.id])
    topic = await db.value("SELECT id FROM topics")
    found = {
        "User": ("user", me),
        "Shop": ("shop", product.shop_id),
        "Product": ("product", product.id),
        "Order": ("order", order.id),
        "GroupBuy": ("group_buy", team.group_buy_id),
        "GroupBuyTeam": ("team", team.id),
        "LiveStream": ("live_stream", stream.id),
        "Note": ("note", note.id),
        "Topic": ("topic", topic),
    }
    return me, {name: ids.encode(*thing) for name, thing in found.items()}
