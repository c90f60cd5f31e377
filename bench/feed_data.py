"""The data of the feed page's benchmark: notes by people, products in them, and viewers who follow and like some."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api.apps import APPS
from api.embedded import EmbeddedPostgres
from core import db, migrator
from core.ids import new_id
from people.accounts import actions as accounts

NOTES: Final = 2_000
VIEWERS: Final = 64

# Each takes what those before it made. Every number is spread by a different stride, so that pages are mixed.
_FILL: Final = (
    "INSERT INTO accounts (id, handle, handle_key, display_name, bio, avatar_url, password_hash, is_kol,"
    " follower_count, following_count, note_count, failed_sign_ins, created_at)"
    " SELECT uuidv7(), 'grower_' || i, 'grower_' || i, '种草达人' || i, '爱露营，也爱做饭',"
    " 'https://img.example/people/' || i || '.jpg', '', i % 10 = 0, i * 37 % 9000, 0, 4, 0, now()"
    " FROM generate_series(1, 500) i",
    "INSERT INTO shops (id, owner_id, name, created_at)"
    " SELECT uuidv7(), id, '山野小铺', now() FROM accounts ORDER BY id LIMIT 1",
    "INSERT INTO products (id, shop_id, title, description, image_urls, currency, min_price_minor, sold_count,"
    " created_at) SELECT uuidv7(), shops.id, '折叠露营椅 ' || i, repeat('承重一百二十公斤，收起来只有水杯大。', 4),"
    " jsonb_build_array('https://img.example/products/' || i || '.jpg'), 'CNY', 990 + i * 89 % 50000, i * 7 % 3000,"
    " now() FROM shops, generate_series(1, 1000) i",
    "INSERT INTO notes (id, author_id, kind, title, body, media, is_sponsored, like_count, collect_count,"
    " comment_count, published_at) SELECT uuidv7(), people.ids[1 + i * 7 % 500], 'IMAGE', '周末露营好物分享 ' || i,"
    " repeat('这是一篇认真写的种草笔记，', 12), jsonb_build_array(jsonb_build_object('kind', 'IMAGE', 'url',"
    " 'https://img.example/notes/' || i || '.jpg', 'width', 1080, 'height', 1440)), i % 20 = 0, i * 31 % 4000,"
    " i * 17 % 900, i * 11 % 200,"
    " date_trunc('second', now()) - i * interval '7 minutes'"
    f" FROM (SELECT array_agg(id ORDER BY id) AS ids FROM accounts) people, generate_series(1, {NOTES}) i",
    "INSERT INTO note_products (id, note_id, product_id, position, media_index, x, y)"
    " SELECT uuidv7(), n.id, products.ids[1 + (n.place * 4 + i) * 13 % 1000], i, 0, 0.2, 0.7"
    " FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM notes) n, generate_series(0, 3) i,"
    " (SELECT array_agg(id ORDER BY id) AS ids FROM products) products",
)
# What a viewer ($1, the $2th) likes, keeps, and whom they follow: 50 people.
_LIKE: Final = (
    "INSERT INTO note_likes (id, note_id, user_id)"
    " SELECT uuidv7(), id, $1 FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM notes) n"
    " WHERE (place + $2) % 3 = 0",
    "INSERT INTO note_collects (id, note_id, user_id)"
    " SELECT uuidv7(), id, $1 FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM notes) n"
    " WHERE (place + $2) % 5 = 0",
    "INSERT INTO follows (id, follower_id, followee_id) SELECT uuidv7(), $1, id FROM"
    " (SELECT id, row_number() OVER (ORDER BY id) AS place FROM accounts WHERE handle LIKE 'grower%') a"
    " ORDER BY (place + $2) * 7919 % 503 LIMIT 50",
)


@contextmanager
def filled(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A PostgreSQL with all its safety on and the data in it; lends its URL and the viewers' access tokens."""
    server = EmbeddedPostgres(folder / "postgres")
    try:
        url = server.start()
        yield url, asyncio.run(_fill(url))
    finally:
        server.stop()


async def _fill(url: str) -> list[str]:
    async with db.connected(url):
        await migrator.migrate(url, APPS)
        for statement in _FILL:
            await db.execute(statement)
        tokens = [await _viewer(number) for number in range(VIEWERS)]
        await db.execute("ANALYZE")
    return tokens


async def _viewer(number: int) -> str:
    viewer = await accounts.sign_up(f"reader_{new_id().hex[-8:]}", "小禾", "a long password")
    for statement in _LIKE:
        await db.execute(statement, viewer.account_id, number)
    return viewer.access_token
