"""Services are built from settings: payment providers that are configured, and no library of one that is not."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from api import services
from core.settings import Settings, SettingsError
from search.engine import PRODUCT
from tests.factories.search import document, query
from tests.graph import Graph
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

    @pytest.mark.parametrize("debug", [False, True])
    async def test_are_needed(self, tmp_path: Path, debug: bool) -> None:
        settings = Settings(data=tmp_path, debug=debug, sandbox_payments=False)
        with pytest.raises(SettingsError, match=r"There is no payment provider, .*: set STRIPE_SECRET_KEY and"):
            await services.providers(settings).__aenter__()

    async def test_of_several_processes_share_a_secret_in_production(self, tmp_path: Path) -> None:
        shared = {"database_url": "postgresql://", "redis_url": "redis://", "meili_url": "http://"}
        for given in (shared, {}):
            async with services.providers(Settings(data=tmp_path, **given)):
                assert (tmp_path / "sandbox-webhook.secret").exists()
        with pytest.raises(SettingsError, match="ZHONGCAO_SANDBOX_SECRET is missing"):
            await services.providers(Settings(data=tmp_path, debug=False, **shared)).__aenter__()
        async with services.providers(Settings(data=tmp_path, debug=False, sandbox_secret="ours", **shared)) as found:
            assert list(found) == ["SANDBOX"]

    def test_stripes_library_is_not_loaded_for_nothing(self) -> None:
        program = "import sys, api.runtime; sys.exit('stripe' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


class TestSynonyms:
    async def test_of_an_operator_are_searched_by(self, tmp_path: Path) -> None:
        (tmp_path / "synonyms.toml").write_text('groups = [["天幕", "遮阳布"]]', "utf-8")
        environment = {"ZHONGCAO_SYNONYMS": str(tmp_path / "synonyms.toml")}
        async with services.engine(Settings.from_environment(environment, data=tmp_path)) as engine:
            tarp = document("大号天幕", PRODUCT)
            async with engine.rebuilding() as sink:
                await sink.add([tarp])
            assert [hit.thing for hit in (await engine.ranked(query("遮阳布"), 0, 9)).hits] == [tarp.thing]

    async def test_that_are_none_stop_the_start(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"ZHONGCAO_SYNONYMS: .*missing\.toml cannot be read"):
            await services.engine(Settings(data=tmp_path, synonyms=tmp_path / "missing.toml")).__aenter__()


PROVIDER = Settings(
    embeddings_url="http://127.0.0.1:9/v1", embeddings_key="sk-1", embeddings_model="m", embeddings_dimensions=8
)
MEILI = "http://127.0.0.1:9"


class TestEmbeddings:
    async def test_need_a_meilisearch_which_is_said_once(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with services.engine(replace(PROVIDER, data=tmp_path)) as engine:
            async with engine.rebuilding() as sink:
                await sink.add([document("露营")])
            assert len((await engine.ranked(query("露营"), 0, 9)).hits) == 1 and await engine.learn(9) == []
        assert [record.getMessage() for record in caplog.records] == [
            "ZHONGCAO_EMBEDDINGS_URL needs MEILI_URL: the embedded engine searches by words alone"
        ]

    @pytest.mark.parametrize(
        ("settings", "jobs"),
        [
            (Settings(), {"search"}),
            (PROVIDER, {"search"}),
            (Settings(meili_url=MEILI), {"search"}),
            (replace(PROVIDER, meili_url=MEILI), {"search", "vectors"}),
        ],
    )
    def test_are_asked_for_in_the_background_where_they_can_be_kept(self, settings: Settings, jobs: set[str]) -> None:
        assert set(services.in_background(replace(Graph().services, settings=settings))) == jobs
