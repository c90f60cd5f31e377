"""The first time: people, shops, products, follows and weeks of notes, in one transaction, each thing at its time."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from commerce.catalogue import NewVariant
from commerce.catalogue import actions as product_actions
from commerce.catalogue import queries as product_queries
from commerce.shops import actions as shop_actions
from content.notes import Media, NewTag, Note
from content.notes import actions as note_actions
from core import clock
from core.unit_of_work import action
from demo import pictures, texts, writing
from demo.markets import OFFERS
from demo.texts import Person, ProductText
from demo.world import SHOP_HANDLE, VIEWER_HANDLE, Goods, World
from people.accounts import actions as account_actions
from people.follows import actions as follow_actions

PASSWORD = "zhongcao-demo"
# No password has this hash: nobody signs in as the rest of the cast.
_NO_PASSWORD = "!"
_SPAN = timedelta(days=28)
_FOLLOWED_BY_VIEWER = 9
_ON_OFFER = {offer.product for offer in OFFERS}

Progress = Callable[[str, int, int], None]
Pictures = Callable[[str, str], str]


@action
async def found(chance: Random, address: Pictures, progress: Progress) -> World:
    """Makes the world; `address` is a picture's URL by its kind and name. Raises HandleTaken if somebody was first."""
    now = clock.now()
    world = World(await _people(now, address, progress), {})
    world = World(world.people, await _goods(now, world, address, progress))
    await _follows(chance, world, progress)
    await _notes(chance, now, world, address, progress)
    return world


async def _people(now: datetime, address: Pictures, progress: Progress) -> dict[str, UUID]:
    people = {}
    cast = texts.cast().people
    for number, person in enumerate(cast):
        with clock.at(now - timedelta(days=120 - number)):
            people[person.handle] = await _person(person, address("avatar", person.handle))
        progress("people", number + 1, len(cast))
    return people


async def _person(person: Person, avatar_url: str) -> UUID:
    if person.handle in (VIEWER_HANDLE, SHOP_HANDLE):
        session = await account_actions.sign_up(person.handle, person.name, PASSWORD)
        account_id = session.account_id
        await account_actions.update_profile(account_id, bio=person.bio, avatar_url=avatar_url)
    else:
        account_id = await account_actions.create(
            person.handle, person.name, _NO_PASSWORD, bio=person.bio, avatar_url=avatar_url
        )
    if person.specialty is not None:
        await account_actions.verify_kol(account_id, texts.specialties()[person.specialty].name)
    return account_id


async def _goods(now: datetime, world: World, address: Pictures, progress: Progress) -> dict[str, Goods]:
    owners = {person.shop: world.people[person.handle] for person in texts.cast().people if person.shop}
    for number, shop in enumerate(texts.cast().shops):
        with clock.at(now - timedelta(days=90 - number)):
            await shop_actions.open_shop(owners[shop.key], shop.name)
    products = texts.products()
    goods = {}
    for number, (slug, (specialty, product)) in enumerate(products.items()):
        with clock.at(now - timedelta(days=75) + timedelta(hours=12 * number)):
            goods[slug] = await _product(owners[specialty.shop], product, address)
        progress("products", number + 1, len(products))
    return goods


async def _product(owner_id: UUID, product: ProductText, address: Pictures) -> Goods:
    created = await product_actions.create_product(
        owner_id,
        product.title,
        product.description,
        [address("product", name) for name in (product.slug, f"{product.slug}-1", f"{product.slug}-2")],
        "CNY",
        [variant(product, number) for number in range(len(product.variants))],
    )
    [variants] = await product_queries.variants_of([created.id])
    return Goods(created, variants, owner_id)


def variant(product: ProductText, number: int) -> NewVariant:
    """A variant as its text has it; the first is number 0."""
    name, price, stock = product.variants[number].split("|")
    return NewVariant(name, Decimal(price), int(stock), sku=f"{product.slug.upper()}-{number + 1}")


async def _follows(chance: Random, world: World, progress: Progress) -> None:
    """Few have most followers: the chance to be followed falls with the rank in the cast."""
    handles = [person.handle for person in texts.cast().people]
    for number, follower in enumerate(handles):
        for rank, followee in enumerate(handles):
            if followee != follower and chance.random() < (0.1 if follower == VIEWER_HANDLE else 0.9 / (1 + rank / 7)):
                await follow_actions.follow(world.people[follower], world.people[followee])
        progress("follows", number + 1, len(handles))
    for followee in handles[:_FOLLOWED_BY_VIEWER]:
        await follow_actions.follow(world.people[VIEWER_HANDLE], world.people[followee])


async def _notes(chance: Random, now: datetime, world: World, address: Pictures, progress: Progress) -> None:
    sketches = _offered_last(chance, writing.compose(chance))
    # More of late than long ago; oldest first, as ids must grow with time.
    ages = sorted((_SPAN * chance.random() ** 1.8 + timedelta(minutes=8) for _ in sketches), reverse=True)
    for number, (sketch, age) in enumerate(zip(sketches, ages, strict=True)):
        with clock.at(now - age):
            note = await _note(sketch, world, address)
        await _engage(chance, now, world, sketch, note)
        progress("notes", number + 1, len(sketches))


def _offered_last(chance: Random, sketches: Sequence[writing.Sketch]) -> list[writing.Sketch]:
    """The notes, with one about each product on offer among the newest: they are what the first page shows."""
    about = {sketch.products[0]: sketch for sketch in sketches if sketch.products}
    newest = [about[offer.product] for offer in OFFERS]
    others = [sketch for sketch in sketches if sketch not in newest]
    mixed = chance.sample([*newest, *others[-len(newest) // 2 :]], len(newest) + (len(newest) + 1) // 2)
    return [*others[: -len(newest) // 2], *mixed]


def _media(sketch: writing.Sketch, address: Pictures) -> list[Media]:
    """The pictures, and behind the first, which is its cover, the film."""
    media = [
        Media("IMAGE", address("note", name), *pictures.NOTE_SIZE, f"{sketch.title}（图 {number}）")
        for number, name in enumerate(sketch.pictures, 1)
    ]
    if sketch.film is not None:
        media.insert(1, Media("VIDEO", address("video", sketch.film), *pictures.FILM_SIZE, f"{sketch.title}（视频）"))
    return media


async def _note(sketch: writing.Sketch, world: World, address: Pictures) -> Note:
    return await note_actions.publish(
        world.people[sketch.author],
        title=sketch.title,
        body=sketch.body,
        kind=sketch.kind,
        media=_media(sketch, address),
        product_tags=list(_tags(sketch, world)),
        topics=sketch.topics,
        is_sponsored=sketch.is_sponsored,
    )


def _tags(sketch: writing.Sketch, world: World) -> Sequence[NewTag]:
    """The first product where it stands on the first picture; others without a place."""
    tags = []
    for number, slug in enumerate(sketch.products):
        product_id = world.goods[slug].product.id
        if number == 0:
            x, y = pictures.spot(sketch.pictures[0])
            tags.append(NewTag(product_id, 0, x, y))
        else:
            tags.append(NewTag(product_id))
    return tags


async def _engage(chance: Random, now: datetime, world: World, sketch: writing.Sketch, note: Note) -> None:
    """Likes, collects and comments, far more for a few notes than for most."""
    readers = [id_ for id_ in world.people.values() if id_ != note.author_id]
    fame = min(1.0, chance.lognormvariate(-2.4, 0.95))
    if sketch.products and sketch.products[0] in _ON_OFFER:
        fame = max(fame, chance.uniform(0.2, 0.6))
    for reader in chance.sample(readers, math.ceil(fame * len(readers))):
        await note_actions.like(reader, note.id)
        if chance.random() < 0.25:
            await note_actions.collect(reader, note.id)
    count = min(8, int(chance.expovariate(1 / (0.8 + 5 * fame))))
    await _converse(chance, now, sketch, note, chance.sample(readers, count))


async def _converse(chance: Random, now: datetime, sketch: writing.Sketch, note: Note, people: Sequence[UUID]) -> None:
    said = chance.sample(_remarks(sketch), len(people))
    moment = note.published_at
    for person, body in zip(people, said, strict=True):
        moment += (now - moment) * chance.uniform(0.01, 0.2)
        with clock.at(moment):
            comment = await note_actions.add_comment(person, note.id, body)
        if sketch.genre != "PRODUCT" or chance.random() < 0.6:
            continue
        moment += (now - moment) * chance.uniform(0.01, 0.1)
        with clock.at(moment):
            answer = await note_actions.add_comment(
                note.author_id, note.id, chance.choice(texts.phrases().replies), comment.id
            )
            if chance.random() < 0.4:
                await note_actions.add_comment(person, note.id, chance.choice(texts.phrases().thanks), answer.id)


def _remarks(sketch: writing.Sketch) -> list[str]:
    """What may be said of a note."""
    shared = texts.phrases()
    if sketch.genre == "STORY":
        return shared.story_comments
    if sketch.genre == "GUIDE":
        return shared.guide_comments
    return shared.comments + texts.specialties()[sketch.specialty].comments
