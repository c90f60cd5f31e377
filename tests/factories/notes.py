"""Notes for tests."""

from collections.abc import Sequence
from uuid import UUID

from content.notes import Media, NewTag, Note, actions, queries
from tests.factories.people import person

PICTURE = Media("IMAGE", "https://img.example.com/1.jpg", 1080, 1440, "一瓶面霜")


async def note(
    author_id: UUID | None = None,
    *,
    title: str = "敏感肌的秋冬面霜",
    media: Sequence[Media] = (PICTURE,),
    product_ids: Sequence[UUID] = (),
    topics: Sequence[str] = (),
) -> Note:
    """A published note with its products pinned on the first picture."""
    author_id = author_id or await person("小鹿")
    tags = [NewTag(product_id, 0, 0.5, 0.25) for product_id in product_ids]
    return await actions.publish(
        author_id, title=title, body="用了两周，真的不泛红了", media=media, product_tags=tags, topics=topics
    )


async def now(note_id: UUID) -> Note:
    """A note as it is now."""
    [found] = await queries.by_ids([note_id])
    assert found is not None
    return found
