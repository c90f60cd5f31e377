"""Whether a test's query is being asked again of graphql-core, to compare: its statements are then nobody's."""

from contextvars import ContextVar

comparing: ContextVar[bool] = ContextVar("comparing", default=False)
