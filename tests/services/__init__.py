"""Real servers, started by the tests on free ports with folders of their own, and stopped by them."""

import os
from typing import NoReturn

import pytest


def cannot_be_had(reason: object) -> NoReturn:
    """Skips the tests that need what cannot be had here, saying why; in CI it fails them."""
    if os.environ.get("CI") == "true":
        pytest.fail(str(reason))
    pytest.skip(str(reason))
