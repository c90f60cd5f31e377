"""A small world to search: things of all kinds about camping, and some about nothing of the sort."""

from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from commerce.catalogue import NewVariant
from commerce.catalogue import actions as product_actions
from commerce.shops import actions as shop_actions
from content.notes import actions as note_actions
from core import clock
from people.accounts import actions as account_actions
from search import rebuild
from search.engine import Engine, Found
from tests.factories import live
from tests.factories.people import person


class World:
    """Its people, and what they made, by a name for each."""

    def __init__(self) -> None:
        self.things: dict[str, Found] = {}
        self._began = clock.now()

    def _next(self) -> AbstractContextManager[None]:
        """An instant of its own for each thing: the newest of one millisecond is anybody's guess."""
        return clock.at(self._began + timedelta(milliseconds=len(self.things)))

    def names(self, nodes: list[object]) -> list[str]:
        known = {thing.id: name for name, thing in self.things.items()}
        return [known[node.id] for node in nodes]  # type: ignore[attr-defined]

    async def note(self, name: str, author_id: UUID, title: str, body: str = "", topics: tuple[str, ...] = ()) -> UUID:
        with self._next():
            made = await note_actions.publish(author_id, title=title, body=body, topics=topics)
        self.things[name] = Found("NOTE", made.id)
        return made.id

    async def product(self, name: str, owner_id: UUID, title: str, price: str, stock: int = 10) -> UUID:
        variants = [NewVariant(name="默认", price=Decimal(price), stock=stock)]
        with self._next():
            made = await product_actions.create_product(owner_id, title, "结实耐用", [], "CNY", variants)
        self.things[name] = Found("PRODUCT", made.id)
        return made.id


async def made() -> World:
    """The world, written through the public actions."""
    world = World()
    deer = await account_actions.create("camping_deer", "露营小鹿", "no password", bio="周末都在山里")
    world.things["person"] = Found("USER", deer)
    seller = await person("店主")
    await shop_actions.open_shop(seller, "山野装备店")
    await world.note("note", deer, "秋天露營裝備清單", "第一次去的人看这里 <b>帐篷</b> & 睡袋", ("露营", "户外"))
    await world.note("other", deer, "通勤口红试色", "黄皮友好", ("美妆",))
    await world.product("tent", seller, "露营帐篷 三季", "599.00")
    await world.product("chair", seller, "露营折叠椅", "99.00", stock=0)
    await world.product("case", seller, "iPhone 手机壳", "29.90")
    stream = await live.live(deer, title="露营好物专场")
    world.things["stream"] = Found("LIVE_STREAM", stream.id)
    return world


async def indexed(engine: Engine) -> World:
    """The world, found by `engine`."""
    world = await made()
    await rebuild.rebuild(engine)
    return world
