"""A respite: a service that could not be reached is left alone for a second, so that nobody waits for it in between."""

import time
from typing import Final

# Long enough that hardly anybody waits, short enough that a service that is back is used again.
SECONDS: Final = 1.0


class Respite:
    """When a service may be asked again; each user of it has its own."""

    def __init__(self) -> None:
        self._until = 0.0

    @property
    def lasts(self) -> bool:
        """Whether the service is to be left alone."""
        return time.monotonic() < self._until

    def begin(self) -> None:
        """Says that the service could not be reached."""
        self._until = time.monotonic() + SECONDS
