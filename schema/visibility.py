"""What a viewer sees of what others made: one rule a kind, applied to whatever enters the graph, by whichever path.

Nobody sees what was written or is hosted by somebody whom they blocked (decision 29). Batched fields, `node`, payloads
and open streams all pass through here, so that a new path cannot forget it; a statement that leaves hidden things out
by itself only keeps its pages full.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import content.live
import content.notes
from content.live import events
from core.pagination import Page

Hidden = Collection[UUID]

# Whose each thing is. A kind of the graph with an author or a host has to be here.
MAKERS: Final[Mapping[type, Callable[[Any], UUID]]] = {
    content.notes.Note: attrgetter("author_id"),
    content.notes.Comment: attrgetter("author_id"),
    content.live.LiveStream: attrgetter("host_id"),
    content.live.LiveMessage: attrgetter("author_id"),
    content.live.LiveSnapshot: attrgetter("live_stream.host_id"),
    events.LiveStatusChanged: attrgetter("live_stream.host_id"),
    events.LiveMessagePosted: attrgetter("message.author_id"),
}


def is_hidden(thing: object, hidden: Hidden) -> bool:
    """Whether a thing is by one of the `hidden` people."""
    maker = MAKERS.get(type(thing))
    return maker is not None and maker(thing) in hidden


def shown(answers: Sequence[Any], hidden: Hidden) -> Sequence[Any]:
    """Answers without what is by `hidden` people: None in place of one, lists and pages without them."""
    return [_shown(answer, hidden) for answer in answers] if hidden else answers


def _shown(answer: Any, hidden: Hidden) -> Any:
    if isinstance(answer, Page):
        return Page([edge for edge in answer.edges if not is_hidden(edge.node, hidden)], answer.page_info)
    if isinstance(answer, list):
        return [item for item in answer if not is_hidden(item, hidden)]
    return None if is_hidden(answer, hidden) else answer
