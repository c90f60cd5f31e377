"""The command line as operators use it, and what they are told when they err."""

import asyncio
import signal
import socket
import stat
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import pytest
from click.testing import CliRunner

from api.cli import app
from commerce.payouts import Payout
from commerce.payouts import actions as payout_actions
from core import db
from core.ids import new_id
from people.accounts import actions
from tests.factories import orders, products
from tests.factories.people import person
from tests.services import programs
from tests.waiting import by_and_by

SIGN_UP = (
    """mutation ($input: SignUpInput!) { signUp(input: $input) { session { accessToken } userErrors { code } } }"""
)


def sign_up(server: programs.Served, handle: str) -> str:
    """A new person's access token."""
    person = {"handle": handle, "displayName": "小鹿", "password": "correct horse"}
    payload = server.ask(SIGN_UP, input=person)["signUp"]
    return str(payload["session"]["accessToken"])  # type: ignore[index]


def refused(*arguments: str, **environment: str) -> str:
    """The one line by which a command refuses."""
    ended = programs.run(*arguments, **environment)
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    (line,) = ended.stderr.strip().splitlines()
    return line


class TestHelp:
    @pytest.mark.parametrize(
        "command",
        [
            "serve",
            "worker",
            "migrate",
            "demo",
            "schema",
            "check",
            "verify-kol",
            "search",
            "search rebuild",
            "payouts list",
            "payouts paid",
        ],
    )
    def test_every_command_has_it(self, command: str) -> None:
        ended = CliRunner().invoke(app, [*command.split(), "--help"])
        assert ended.exit_code == 0 and "Usage" in ended.output


class TestMistakes:
    def test_a_port_in_use(self, data_folder: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            assert "Address already in use" in refused("serve", "--port", port, "--data", str(data_folder))

    @pytest.mark.parametrize("url", ["mysql://localhost/x", "nonsense", "postgresql://127.0.0.1:1/x"])
    def test_a_wrong_database(self, url: str) -> None:
        assert "DATABASE_URL" in refused("serve", "--port", "0", DATABASE_URL=url)

    def test_a_redis_that_is_not_there(self, database_url: str) -> None:
        line = refused("serve", "--port", "0", DATABASE_URL=database_url, REDIS_URL="redis://127.0.0.1:1/0")
        assert "REDIS_URL" in line

    def test_a_database_that_is_behind(self, postgres_server) -> None:
        assert "zhongcao migrate" in refused("serve", "--port", "0", DATABASE_URL=postgres_server.url())

    def test_processes_that_share_nothing(self) -> None:
        assert "REDIS_URL" in refused("serve", "--workers", "2")
        assert "DATABASE_URL" in refused("worker")

    def test_a_number_that_is_none(self) -> None:
        assert "ZHONGCAO_POOL_SIZE" in refused("check", ZHONGCAO_POOL_SIZE="many")


class TestSchema:
    def test_prints_what_is_committed(self) -> None:
        committed = Path(__file__).parents[2] / "schema" / "schema.graphql"
        assert programs.run("schema").stdout == committed.read_text("utf-8")


class TestMigrate:
    def test_can_be_repeated(self, postgres_server) -> None:
        assert "newest shape" in programs.run("migrate", DATABASE_URL=postgres_server.url("template_zhongcao")).stderr


class TestServe:
    def test_lives_in_one_folder_through_kill_and_restart(self, data_folder: Path) -> None:
        folder = str(data_folder)
        server = programs.Served("--data", folder, environment={})
        token = sign_up(server, "xiaolu")
        assert "Another server" in refused("serve", "--port", "0", "--data", folder)
        server.stop(signal.SIGKILL)

        with programs.serving("--data", folder) as again:
            viewer = again.ask("{ viewer { user { handle } } }", token)
            assert viewer == {"viewer": {"user": {"handle": "xiaolu"}}}
            assert programs.run("verify-kol", "XIAOLU", "护肤", "--data", folder).returncode == 0
            assert again.ask('{ user(handle: "xiaolu") { specialty } }') == {"user": {"specialty": "护肤"}}
            by_and_by(partial(self._is_found, again))
            checked = programs.run("check", "--data", folder)
            assert checked.returncode == 0 and "All is well" in checked.stderr
        assert not (data_folder / "postgres" / "postmaster.pid").exists()
        for secret in data_folder.glob("*.secret"):
            assert stat.S_IMODE(secret.stat().st_mode) == 0o600

        rebuilt = programs.run("search", "rebuild", "--data", folder)
        assert rebuilt.returncode == 0 and "documents indexed" in rebuilt.stderr

    def _is_found(self, server: programs.Served) -> bool:
        data: Any = server.ask(
            '{ search(query: "xiaolu", kinds: [USER]) { edges { node { ... on User { handle } } } } }'
        )
        return [edge["node"] for edge in data["search"]["edges"]] == [{"handle": "xiaolu"}]


class TestCheck:
    async def test_tells_what_disagrees(self, database_url: str, database: None) -> None:
        await actions.sign_up("xiaolu", "小鹿", "correct horse")
        await db.execute("UPDATE accounts SET note_count = 7")
        ended = await asyncio.to_thread(programs.run, "check", DATABASE_URL=database_url)
        assert ended.returncode == 1
        assert "author_note_count" in ended.stdout and "7 instead of 0" in ended.stdout


async def owed(shop: str) -> tuple[Payout, UUID]:
    """A payout that waits to be sent, and the shop's id."""
    owner_id = await person("店主")
    await orders.paid(variant=await products.variant(owner_id, price="100.00"))
    payout = await payout_actions.request(owner_id, Decimal("60.00"), "CNY", "一次", 100)
    await db.execute("UPDATE shops SET name = $1", shop)
    return payout, payout.shop_id


class TestPayouts:
    async def test_are_listed_and_told_to_be_sent(self, database_url: str, database: None) -> None:
        payout, _ = await owed("山野小铺")
        servers = {"DATABASE_URL": database_url}
        listed = await asyncio.to_thread(programs.run, "payouts", "list", **servers)
        assert str(payout.id) in listed.stdout and "59.40 CNY" in listed.stdout and "山野小铺" in listed.stdout
        sent = await asyncio.to_thread(programs.run, "payouts", "paid", str(payout.id), **servers)
        assert (sent.returncode, "59.40 CNY were sent" in sent.stderr) == (0, True)
        assert "Nothing" in (await asyncio.to_thread(programs.run, "payouts", "list", **servers)).stderr
        assert "does not exist" in await asyncio.to_thread(refused, "payouts", "paid", str(new_id()), **servers)

    @pytest.mark.parametrize("form", ["{}", "payout_{0.hex}", "{0.hex}"])
    async def test_are_known_by_either_form_of_their_id(self, form: str, database_url: str, database: None) -> None:
        payout, _ = await owed("山野小铺")
        given = ("payouts", "paid", form.format(payout.id))
        assert (await asyncio.to_thread(programs.run, *given, DATABASE_URL=database_url)).returncode == 0
        assert await db.value("SELECT status FROM payouts WHERE id = $1", payout.id) == "PAID"

    @pytest.mark.parametrize("wrong", ["order_01a2282ad74a7000800000000000000a", "nonsense", ""])
    def test_are_not_confused_with_anything_else(self, wrong: str) -> None:
        ended = CliRunner().invoke(app, ["payouts", "paid", wrong])
        assert ended.exit_code == 2 and "is not the id of a payout" in ended.output


def listing_commands(group: click.Group = app, *before: str) -> Iterator[tuple[str, ...]]:
    """Every command that lists something, by its words."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from listing_commands(command, *before, name)
        elif name in ("list", "check"):
            yield (*before, name)


async def payouts_to_list() -> list[str]:
    payout, shop_id = await owed("名字很长的一家山野露营装备小铺" * 2)
    return [str(payout.id), str(shop_id), "名字很长的一家山野露营装备小铺" * 2]


async def faults_to_list() -> list[str]:
    author_id = await person("小鹿")
    await db.execute("UPDATE accounts SET note_count = 7")
    return [str(author_id), "author_note_count"]


# What each of them must show whole; a command that is new here needs something to list.
LISTED = {("payouts", "list"): payouts_to_list, ("check",): faults_to_list}


class TestLists:
    def test_all_are_tried(self) -> None:
        assert set(listing_commands()) == set(LISTED)

    @pytest.mark.parametrize("command", LISTED, ids=" ".join)
    @pytest.mark.parametrize("columns", ["40", "80"])
    async def test_cut_nothing_in_a_pipe(
        self, command: tuple[str, ...], columns: str, database_url: str, database: None
    ) -> None:
        whole = await LISTED[command]()
        ended = await asyncio.to_thread(programs.run, *command, DATABASE_URL=database_url, COLUMNS=columns)
        assert "…" not in ended.stdout
        assert [word for word in whole if word not in ended.stdout] == []
