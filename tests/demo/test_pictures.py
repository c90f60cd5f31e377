"""The pictures: valid, safe, always the same, and there for every name that the demo uses."""

from random import Random
from xml.etree import ElementTree

import pytest

from demo import pictures, texts, writing
from demo.pictures import svg

NAMED = (
    [f"product/{slug}{side}.svg" for slug in texts.products() for side in ("", "-1", "-2")]
    + [f"avatar/{person.handle}.svg" for person in texts.cast().people]
    + [f"cover/{slug}-1.svg" for slug in texts.SPECIALTIES]
    + [f"note/{name}.svg" for note in writing.compose(Random(1)) for name in note.pictures]
)


class TestRender:
    def test_draws_all_that_the_demo_names_as_valid_and_inert_svg(self) -> None:
        for path in NAMED:
            drawn = pictures.render(path)
            assert drawn is not None, path
            for element in ElementTree.fromstring(drawn).iter():
                assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") not in (
                    "script",
                    "foreignObject",
                    "image",
                )
                assert not any(name.startswith("on") or "href" in name for name in element.attrib)

    def test_draws_the_same_for_the_same_path(self) -> None:
        first = pictures.render("note/cloud-tent-1.svg")
        pictures.render.cache_clear()
        assert pictures.render("note/cloud-tent-1.svg") == first

    def test_draws_no_two_alike(self) -> None:
        drawn = [pictures.render(path) for path in sorted(set(NAMED))]
        assert len(set(drawn)) == len(drawn)

    def test_takes_the_whole_path_too(self) -> None:
        assert pictures.render("/media/demo/avatar/demo.svg") == pictures.render("avatar/demo.svg")

    def test_writes_the_products_name(self) -> None:
        assert "云栖双人帐" in (pictures.render("product/cloud-tent.svg") or b"").decode()

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "avatar/nobody.svg",
            "product/nothing.svg",
            "product/cloud-tent-77.svg",
            "note/nowhere-1.svg",
            "cover/nowhere.svg",
            "shop/chendu.svg",
            "avatar/demo.png",
            "avatar/../demo.svg",
            "avatar/演示.svg",
            "avatar/demo.svg\n",
        ],
    )
    def test_has_nothing_for_other_paths(self, path: str) -> None:
        assert pictures.render(path) is None


class TestFilm:
    def test_is_there_for_every_note_that_has_one(self) -> None:
        films = {note.film for seed in range(5) for note in writing.compose(Random(seed)) if note.film}
        for name in films:
            file = pictures.film(f"video/{name}.mp4")
            assert file is not None and file.read_bytes()[4:8] == b"ftyp", name

    @pytest.mark.parametrize(
        "path", ["video/nothing.mp4", "video/../people.toml", "video/people.toml", "avatar/demo.svg"]
    )
    def test_is_nothing_else(self, path: str) -> None:
        assert pictures.film(path) is None


class TestSpot:
    def test_lies_on_the_picture(self) -> None:
        for note in writing.compose(Random(1)):
            x, y = pictures.spot(note.pictures[0])
            assert 0.3 < x < 0.7 and 0.4 < y < 0.8


class TestText:
    def test_is_escaped(self) -> None:
        drawn = svg.frame(10, 10, "<b>&", "", svg.text('猫 & "狗" </text><script/>', 0, 0, 9, "#000000"))
        root = ElementTree.fromstring(drawn)
        assert [element.tag.rpartition("}")[2] for element in root] == ["title", "defs", "text"]
        assert root[2].text == '猫 & "狗" </text><script/>'
