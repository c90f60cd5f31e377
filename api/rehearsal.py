"""Rehearsals: what the sandbox tells of its own accord comes to the webhook door over HTTP, as from a real network."""

import asyncio
import logging
import urllib.request
from typing import Final

from commerce.payments import SandboxProvider

logger = logging.getLogger(__name__)

_EVERY: Final = 0.1
_PATIENCE: Final = 10


async def notify(provider: SandboxProvider, public_url: str) -> None:
    """Sends what is due until cancelled. One that does not arrive is lost: the timer of payments makes up for it."""
    while True:
        for body, signature in provider.notifications.due():
            try:
                await asyncio.to_thread(_post, provider, public_url, body, signature)
            except OSError as error:
                logger.warning("a notification of the sandbox was not taken: %s", error)
        await asyncio.sleep(_EVERY)


def _post(provider: SandboxProvider, public_url: str, body: bytes, signature: str) -> None:
    headers = {provider.signature_header: signature, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{public_url}/webhooks/payments/{provider.name}", body, headers)
    with urllib.request.urlopen(request, timeout=_PATIENCE):
        pass
