"""The reference pages say what the code does: written by `manage.py write_docs`, complete, in Chinese."""

import re

import pytest
from django.conf import settings
from django.utils import translation

from gongyi.core import checks, figures
from gongyi.core.access import Permission, Role
from gongyi.core.management.commands import write_docs
from gongyi.core.workflow import Table
from gongyi.people.models import Account

FOLDER = settings.BASE / "docs" / "reference"


def outdated(folder) -> list[str]:
    """The reference pages that are missing or differ from what the code says now."""
    return [
        name for name, text in write_docs.pages().items()
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != text
    ]  # fmt: skip


def test_reference_pages_are_current():
    assert outdated(FOLDER) == [], "run `./run manage write_docs`"


def test_reference_page_of_yesterday_is_found(tmp_path, monkeypatch):
    for name, text in write_docs.pages().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert outdated(tmp_path) == []

    (tmp_path / "urls.md").unlink()
    monkeypatch.setitem(checks.COMMANDS, "worker", "别的说明")
    assert outdated(tmp_path) == ["commands.md", "urls.md"]


def test_states_page_shows_every_state_and_move():
    page = write_docs.pages()["states.md"]
    found = write_docs.tables()

    assert found
    assert all(isinstance(table, Table) for table in found)
    for table in found:
        assert f"## {table.label}" in page
        for name, state in table.states.items():
            assert f'    state "{state.label}" as {name}\n' in page
        for move in table.moves:
            assert f"（`{move.action}`）" in page
            assert all(
                f"    {source} --> {move.target} : {move.label}\n" in page for source in move.sources if move.target
            )


def test_permissions_page_shows_every_role_and_permission():
    page = write_docs.pages()["permissions.md"]

    assert all(f"`{role.value}`" in page and str(role.text.sentence) in page for role in Role)
    assert all(f"| `{permission}` |" in page for permission in Permission)


def test_commands_page_has_a_sentence_for_every_command_and_job():
    page = write_docs.pages()["commands.md"]
    rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \|", page, re.MULTILINE)

    assert {name for name, _sentence in rows} == set(checks.own_commands()) | set(checks.JOBS)
    assert all(sentence for _name, sentence in rows)
    assert (
        "| `worker` | 按时执行后台任务；任务以系统身份执行。 | 只办这个县到期的任务，别的县一个也不少。 | `--once` `--clock-is-right` |"
        in page
    )


def test_figures_page_tells_every_figure_in_both_languages():
    page = write_docs.pages()["figures.md"]
    rows = {
        cells[1].strip(" `"): cells
        for cells in (line.split(" | ") for line in page.replace("| `", "| | `").split("\n"))
        if len(cells) > 3
    }

    assert {one.id for one in figures.figures()} <= rows.keys()
    for one in figures.figures():
        name, scope = rows[one.id][2:4]
        for words, cell in ((one.name, name), (one.scope, scope)):
            for language in ("zh-hans", "en"):
                with translation.override(language):
                    assert str(words) in cell, one.id
        assert "<br>" in scope, f"{one.id} has no English"
        assert isinstance(one, figures.Rate) or (" intake" in rows[one.id][5]) == one.intake


def test_settings_page_has_a_sentence_for_every_variable_that_is_read():
    read = write_docs.variables_read(settings.BASE / "gongyi")

    assert read <= set(write_docs.SETTINGS)
    assert set(write_docs.SETTINGS) <= read
    assert {"GONGYI_DATA", "DATABASE_URL", "PORT"} <= read


@pytest.mark.parametrize(
    "line",
    ['x = env("NEW_ONE", default="")', 'x = env.bool("NEW_ONE")', 'os.environ.get("NEW_ONE")', 'os.environ["NEW_ONE"]'],
)
def test_variable_that_nobody_described_is_found(tmp_path, line):
    (tmp_path / "x.py").write_text(line)

    assert write_docs.variables_read(tmp_path) == {"NEW_ONE"}


def test_urls_page_shows_every_address_and_who_may_open_it():
    page = write_docs.pages()["urls.md"]

    for entrance in checks.entrances():
        assert f"| `{entrance.route}` | `{entrance.name}` |" in page
    assert "没有声明" not in page
    assert "`case.record`" in page


def test_pages_are_chinese_whatever_the_reader_has_set():
    from django.utils import translation

    with translation.override("en"):
        assert "## 办件（casework.case）" in write_docs.pages()["states.md"]
    assert Account._meta.label == "people.Account"


def test_command_writes_the_pages(tmp_path, settings, capsys):
    from django.core.management import call_command

    settings.BASE = tmp_path
    (tmp_path / "gongyi").mkdir()
    call_command("write_docs", skip_checks=True)

    assert sorted(file.name for file in (tmp_path / "docs" / "reference").iterdir()) == [
        "commands.md", "figures.md", "imports.md", "permissions.md", "settings.md", "states.md", "urls.md",
    ]  # fmt: skip
    assert "states.md" in capsys.readouterr().out
