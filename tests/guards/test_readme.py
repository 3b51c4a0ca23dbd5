"""What the README and the pages under docs say is so: accounts, variables, commands, links, tests, pictures, licence."""

import re
import tomllib
from itertools import dropwhile, takewhile
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.utils import translation
from PIL import Image

from gongyi.core.access import Role
from gongyi.core.boot import version
from gongyi.home.actions.demo import demo_password, sign_ins

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
ONLY_RUN = {"GONGYI_VENV"}  # read by the script, not by the product
LARGEST_PICTURE = 200_000


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def rows(page: str, after: str) -> list[list[str]]:
    """The cells of the first table behind a heading or comment, without its head; backquotes taken off."""
    lines = dropwhile(lambda line: not line.startswith("|"), page.partition(after)[2].splitlines())
    table = list(takewhile(lambda line: line.startswith("|"), lines))
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table[2:]]


def width(picture: Path) -> int:
    with Image.open(picture) as image:
        return image.width


def account_rows() -> list[list[str]]:
    with translation.override("zh-hans"):
        return [
            [who, name, place.replace("+", "、"), "、".join(str(Role(role).label) for role in roles), demo_password()]
            for who, name, place, roles in sign_ins()
        ]


def broken_links(path: Path) -> list[str]:
    """Relative links of a page that lead nowhere; addresses on the web and anchors are not followed."""
    targets = re.findall(r"\]\(([^)\s]+)\)", text(path))
    local = [t.partition("#")[0] for t in targets if not re.match(r"[a-z]+:|#", t)]
    return [target for target in local if not (path.parent / target).exists()]


def unknown_tests(page: str) -> set[str]:
    """Tests that a page names and that nobody has written."""
    written = {name for file in (ROOT / "tests").rglob("*.py") for name in re.findall(r"def (test_\w+)", text(file))}
    return set(re.findall(r"`(test_\w+)`", page)) - written


def unknown_commands(page: str) -> set[str]:
    return set(re.findall(r"\./run manage ([a-z_]+)", page)) - set(get_commands())


def test_demo_accounts_are_those_of_the_demo():
    assert rows(text(ROOT / "README.md"), "<!-- demo accounts") == account_rows()


def test_demo_accounts_that_differ_are_seen():
    page = text(ROOT / "README.md").replace("`lijia`", "`lijie`")
    assert rows(page, "<!-- demo accounts") != account_rows()


def test_environment_variables_are_those_of_the_reference():
    named = [row[0] for row in rows(text(ROOT / "README.md"), "## 环境变量")]
    reference = [row[0] for row in rows(text(ROOT / "docs/reference/settings.md"), "# 环境变量")]
    assert sorted(named) == sorted({*reference, *ONLY_RUN})


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_page_names_only_what_is_there(path):
    assert broken_links(path) == []
    assert unknown_tests(text(path)) == set()
    assert unknown_commands(text(path)) == set()


def test_page_that_names_what_is_not_there_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("[a](nowhere.md) `test_nobody_wrote_this` ./run manage no_such_command", encoding="utf-8")
    assert broken_links(page) == ["nowhere.md"]
    assert unknown_tests(text(page)) == {"test_nobody_wrote_this"}
    assert unknown_commands(text(page)) == {"no_such_command"}


def test_every_page_of_the_docs_is_reached_from_their_index():
    indexes = [ROOT / "docs/README.md", ROOT / "docs/decisions/README.md"]
    linked = {(i.parent / t).resolve() for i in indexes for t in re.findall(r"\]\(([^)\s#]+)\)", text(i))}
    assert set((ROOT / "docs").rglob("*.md")) - linked - {indexes[0]} == set()


def test_pictures_are_small_and_all_are_shown():
    pictures = sorted((ROOT / "docs/pictures").glob("*.png"))
    shown = set(re.findall(r"\((docs/pictures/\w[\w-]*\.png)\)", text(ROOT / "README.md")))
    assert {str(p.relative_to(ROOT)) for p in pictures} == shown
    assert [p.name for p in pictures if p.stat().st_size > LARGEST_PICTURE] == []
    assert {width(p) for p in pictures} <= {1280, 750}  # a desk, and a phone of 375 at twice the density


def test_licence_and_version_are_the_same_everywhere():
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert project["license"] == {"text": "AGPL-3.0-or-later"}
    assert text(ROOT / "LICENSE").lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    assert "END OF TERMS AND CONDITIONS" in text(ROOT / "LICENSE")
    assert f"## {version()}" in text(ROOT / "CHANGELOG.md")
