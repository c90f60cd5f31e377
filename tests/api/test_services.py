"""Services are built from settings: payment providers that are configured, and no library of one that is not."""

import subprocess
import sys

from api import services
from core.settings import Settings
from tests.services import stripe


class TestProviders:
    async def test_are_those_that_are_configured(self, tmp_path) -> None:
        secrets = {"stripe_secret_key": stripe.SECRET_KEY, "stripe_webhook_secret": stripe.WEBHOOK_SECRET}
        for given, names in (({}, ["SANDBOX"]), (secrets, ["SANDBOX", "STRIPE"])):
            async with services.providers(Settings(data=tmp_path, **given)) as found:
                assert list(found) == names
                assert [provider.name for provider in found.values()] == names
        async with services.providers(Settings(data=tmp_path, sandbox_payments=False, **secrets)) as found:
            assert list(found) == ["STRIPE"]

    def test_stripes_library_is_not_loaded_for_nothing(self) -> None:
        program = "import sys, api.runtime; sys.exit('stripe' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
