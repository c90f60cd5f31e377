"""The project's own synonyms, an operator's, and what both engines find by them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from search import synonyms
from search.embedded import Embedded
from search.engine import PRODUCT, Document, Engine
from search.meilisearch import Meilisearch
from search.synonyms import Synonyms, own
from tests.factories.search import document, query
from tests.search.conftest import named


class TestSynonyms:
    @pytest.mark.parametrize(
        ("title", "others"),
        [
            ("女跑鞋 透气", ["跑步鞋"]),
            ("男士轻便跑步鞋", ["跑鞋"]),
            ("苹果手机套硅胶", ["手机壳", "手机保护壳", "手机保护套"]),
            ("手机套餐 流量", []),
            ("跑步鞋 跑鞋", []),
            ("u盘 高速", ["优盘", "闪存盘"]),
            ("uu盘", []),
            ("通勤口红试色", []),
        ],
    )
    def test_are_what_a_title_could_say_instead(self, title: str, others: list[str]) -> None:
        assert own().of(title) == others

    def test_are_folded(self) -> None:
        assert Synonyms([["Power Bank", "行動電源"]]).of("power bank 10000") == ["行动电源"]

    def test_lists_that_say_the_same_are_the_same(self) -> None:
        one, other = Synonyms([["甲乙", "丙丁"], ["戊", "己"]]), Synonyms([["戊", "己"], ["甲乙", "丙丁"]])
        assert one.digest == other.digest != own().digest


class TestOperators:
    def test_come_on_top(self, tmp_path: Path) -> None:
        file = tmp_path / "synonyms.toml"
        file.write_text('groups = [["跑鞋", "慢跑鞋"], ["天幕", "遮阳布"]]', "utf-8")
        found = synonyms.with_operators(file)
        assert found.of("天幕") == ["遮阳布"]
        assert found.of("跑鞋") == ["跑步鞋", "慢跑鞋"]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('groups = [["跑鞋"]]', "of two names or more"),
            ('groups = [["跑鞋", "！"]]', "of two names or more"),
            ("groups = [1]", "is no list of synonyms"),
            ('group = [["跑鞋", "跑步鞋"]]', "is no list of synonyms"),
            ("groups = [", "is no list of synonyms"),
            (None, "cannot be read"),
        ],
    )
    def test_a_wrong_file_is_told_in_one_line(self, tmp_path: Path, text: str | None, message: str) -> None:
        file = tmp_path / "synonyms.toml"
        if text is not None:
            file.write_text(text, "utf-8")
        with pytest.raises(ValueError, match=message) as raised:
            synonyms.with_operators(file)
        assert str(file) in str(raised.value) and "\n" not in str(raised.value)


@pytest.fixture
async def other(unopened: Engine, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """The engine of the same installation, once its operator has a list of synonyms."""
    theirs = Synonyms([["天幕", "遮阳布"]])
    if isinstance(unopened, Embedded):
        found: Engine = Embedded(tmp_path / "search", theirs)
    else:
        server = request.getfixturevalue("meilisearch_server")
        found = Meilisearch(server.url, server.key, named(tmp_path), theirs)
    yield found
    await found.close()


class TestEngines:
    @pytest.mark.parametrize(("text", "exact", "other"), [("跑鞋", "跑鞋", "跑步鞋"), ("跑步鞋", "跑步鞋", "跑鞋")])
    async def test_find_by_either_name_and_put_the_one_that_was_said_first(
        self, engine: Engine, text: str, exact: str, other: str
    ) -> None:
        documents = [document(f"轻便透气{name}女款", PRODUCT) for name in (other, exact, "登山靴")]
        await engine.write(documents, [])
        assert await titles(engine, documents, text) == [f"轻便透气{exact}女款", f"轻便透气{other}女款"]

    async def test_find_by_a_name_beside_other_words(self, engine: Engine) -> None:
        documents = [document("罗马仕充电宝 20000毫安", PRODUCT), document("小鹿充电器", PRODUCT)]
        await engine.write(documents, [])
        assert await titles(engine, documents, "罗马仕移动电源") == ["罗马仕充电宝 20000毫安"]

    async def test_of_another_theirsare_rebuilt(self, unopened: Engine, other: Engine) -> None:
        documents = [document("大号天幕", PRODUCT)]
        async with unopened.rebuilding() as sink:
            await sink.add(documents)
        assert await titles(unopened, documents, "遮阳布") == []
        await other.open()
        assert other.stale
        async with other.rebuilding() as sink:
            await sink.add(documents)
        assert await titles(other, documents, "遮阳布") == ["大号天幕"]


async def titles(engine: Engine, documents: list[Document], text: str) -> list[str]:
    known = {each.thing: each.title for each in documents}
    return [known[hit.thing] for hit in (await engine.ranked(query(text), 0, 10)).hits]
