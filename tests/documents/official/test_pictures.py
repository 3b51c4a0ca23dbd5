"""Charts for paper: lettered in Chinese, nothing fetched from outside."""

import io

import pytest
from PIL import Image

from gongyi.core.errors import Refused
from gongyi.documents.official import fonts, pictures
from tests.documents.official import papers

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 20 20" width="20" height="20">'


pytestmark = pytest.mark.usefixtures("chinese_fonts")


def dark(content: bytes) -> int:
    """How many pixels carry ink."""
    return sum(Image.open(io.BytesIO(content)).convert("L").histogram()[:128])


def test_chinese_letters_of_a_chart_are_drawn():
    with_words = papers.SVG
    without = with_words.replace("骨直角", "")
    assert dark(pictures.png(with_words, 60)) > dark(pictures.png(without, 60)) + 200
    assert Image.open(io.BytesIO(pictures.png(with_words, 60))).width == 60 * pictures.DOTS_PER_MM


def test_letters_take_the_chinese_font_whatever_the_chart_says():
    drawn = '<text x="1" y="1" font-family="Noto Sans CJK JP" style="font-family: Arial; fill: red">骨</text></svg>'
    made = pictures.lettered(HEAD + drawn)
    assert "JP" not in made
    assert "Arial" not in made
    assert "fill: red" in made
    assert fonts.faces(fonts.installed().families())["hei"].family in made


def outside(path) -> str:
    return f'{HEAD}<image xlink:href="{path}" width="20" height="20"/></svg>'


def test_picture_that_loads_from_elsewhere_is_refused(tmp_path):
    Image.new("RGB", (20, 20), "black").save(tmp_path / "secret.png")
    for bad in (
        outside(tmp_path / "secret.png"),
        outside("https://a.example/x.png"),
        HEAD + '<rect fill="url(https://a.example/x.svg#a)"/></svg>',
        HEAD + "<style>@import 'https://a.example/x.css';</style></svg>",
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + HEAD + "&a;</svg>",
        HEAD + "<rect>",
        "<html/>",
        "",
        HEAD + " " * pictures.MOST_CHARACTERS + "</svg>",
    ):
        with pytest.raises(Refused) as refused:
            pictures.png(bad, 20)
        assert refused.value.code == "picture_unsafe"


def test_without_that_refusal_a_file_of_the_machine_would_be_drawn(tmp_path, monkeypatch):
    Image.new("RGB", (20, 20), "black").save(tmp_path / "secret.png")
    monkeypatch.setattr(pictures, "_parsed", pictures.ET.fromstring)
    assert dark(pictures.png(outside(tmp_path / "secret.png"), 20)) > 1000


def test_inner_references_and_embedded_pixels_are_fine():
    fine = HEAD + '<defs><path id="a" d="M0 0h20v20z"/></defs><use href="#a"/><rect fill="url(#b)"/></svg>'
    assert dark(pictures.png(fine, 20)) > 1000
