"""Networks for the suite that all providers must pass."""

from collections.abc import AsyncIterator

import pytest

from tests.commerce.payments.networks import NETWORKS, Network


@pytest.fixture(params=NETWORKS)
async def network(request: pytest.FixtureRequest, database: None) -> AsyncIterator[Network]:
    """Each provider in turn, with its far side."""
    async with NETWORKS[request.param]() as found:
        yield found
