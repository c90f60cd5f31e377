"""What only the embedded engine must withstand: being killed, broken files, other processes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from search import embedded_shape
from search.embedded import Embedded
from search.engine import SearchUnavailable
from tests.factories.search import document, query

_WRITES_FOREVER = """
import asyncio, sys
from pathlib import Path
from search.embedded import Embedded
from tests.factories.search import document

async def main():
    engine = Embedded(Path(sys.argv[1]))
    await engine.open()
    number = 0
    while True:
        await engine.write([document(f"露营 {number}")], [])
        print(number, flush=True)
        number += 1

asyncio.run(main())
"""


async def built(folder: Path) -> Embedded:
    engine = Embedded(folder)
    await engine.open()
    async with engine.rebuilding():
        pass
    return engine


async def count(engine: Embedded, text: str = "露营") -> int:
    return (await engine.ranked(query(text), 0, 1)).total


def killed_at_work(folder: Path) -> int:
    """How many documents a process said it wrote before it was killed."""
    writer = subprocess.Popen([sys.executable, "-c", _WRITES_FOREVER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) >= 20:
            break
    writer.kill()
    told = 21 + len(writer.stdout.read().splitlines())
    writer.wait()
    return told


def break_files(folder: Path, pattern: str) -> None:
    for broken in [*folder.glob(f"index-*/{pattern}"), *folder.glob(pattern)]:
        if broken.is_file():
            broken.write_bytes(b"\x00\xff{")


def indexes(folder: Path) -> int:
    return len(list(folder.glob("index-*")))


class TestKill:
    async def test_loses_nothing_that_was_written(self, tmp_path: Path) -> None:
        await (await built(tmp_path)).close()
        told = killed_at_work(tmp_path)
        engine = Embedded(tmp_path)
        await engine.open()
        assert not engine.stale
        assert told <= await count(engine) <= told + 1
        await engine.write([document("露营又来")], [])
        assert await count(engine, "又来") == 1
        await engine.close()


class TestOpen:
    async def test_finds_what_was_there(self, tmp_path: Path) -> None:
        engine = await built(tmp_path)
        await engine.write([document("露营")], [])
        await engine.close()
        again = Embedded(tmp_path)
        await again.open()
        assert not again.stale and await count(again) == 1
        await again.close()

    @pytest.mark.parametrize("damage", ["meta.json", "*.term", "*.fast", "current", "*"])
    async def test_says_that_a_broken_index_must_be_rebuilt(self, tmp_path: Path, damage: str) -> None:
        engine = await built(tmp_path)
        await engine.write([document("露营")], [])
        await engine.close()
        break_files(tmp_path, damage)
        again = Embedded(tmp_path)
        await again.open()
        assert again.stale
        async with again.rebuilding() as sink:
            await sink.add([document("露营")])
        assert not again.stale and await count(again) == 1
        assert indexes(tmp_path) == 1
        await again.close()

    async def test_rebuilds_an_index_of_an_older_shape(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        await (await built(tmp_path)).close()
        monkeypatch.setattr(embedded_shape, "VERSION", embedded_shape.VERSION + 1)
        engine = Embedded(tmp_path)
        await engine.open()
        assert engine.stale
        with pytest.raises(SearchUnavailable):
            await count(engine)
        with pytest.raises(SearchUnavailable):
            await engine.write([document("露营")], [])
        await engine.close()


class TestLeftOver:
    async def test_a_file_of_a_killed_commit_is_in_nobodys_way(self, tmp_path: Path) -> None:
        """As deletions are written to a file whose name their number makes: the same once more after a kill."""
        folder, killed = tmp_path / "index", tmp_path / "killed"
        engine, thing = await built(folder), document("露营")
        await engine.write([thing, document("露营灯")], [])
        await engine.close()
        shutil.copytree(folder, killed)
        engine = Embedded(killed)
        await engine.open()
        await engine.write([], [thing.thing])
        await engine.close()
        [served] = folder.glob("index-*")
        left_over = {path.name for path in killed.glob("index-*/*.del")} - {path.name for path in served.glob("*.del")}
        assert left_over
        managed = json.loads((served / ".managed.json").read_text())
        (served / ".managed.json").write_text(json.dumps([*managed, *left_over]))
        for name in left_over:
            (served / name).touch()
        engine = Embedded(folder)
        await engine.open()
        await engine.write([], [thing.thing])
        assert await count(engine) == 1
        await engine.close()


class TestOthers:
    async def test_read_what_one_writes_and_follow_when_it_rebuilds(self, tmp_path: Path) -> None:
        writer = await built(tmp_path)
        await writer.write([document("露营")], [])
        reader = Embedded(tmp_path)
        await reader.open()
        assert await count(reader) == 1
        with pytest.raises(SearchUnavailable):
            await reader.write([document("露营")], [])
        async with writer.rebuilding() as sink:
            await sink.add([document("露营"), document("露营椅")])
        assert await count(reader) == 2
        await reader.close()
        await writer.close()

    async def test_may_write_once_the_writer_is_gone(self, tmp_path: Path) -> None:
        first = await built(tmp_path)
        second = Embedded(tmp_path)
        await second.open()
        await first.write([document("露营")], [])
        await first.close()
        await second.write([document("露营")], [])
        assert await count(second) == 2
        await second.close()


class TestClosed:
    async def test_says_that_it_is_not_available(self, tmp_path: Path) -> None:
        engine = await built(tmp_path)
        await engine.close()
        with pytest.raises(SearchUnavailable):
            await engine.suggest("露", 1)
        await engine.close()
