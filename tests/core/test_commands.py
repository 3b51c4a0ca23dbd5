"""`--county` and `--unit` mean the same to every command; what is not here is refused before anything is done."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class

from gongyi.core import audit, boot, checks
from gongyi.core.access import system_actor
from gongyi.core.management.commands import prepare
from tests.factories import make_county, make_unit

NAMES = sorted(set(checks.own_commands()) - {"prepare"})
NEW = {"load_units", "setup_county"}  # may be given a county that is not here yet
WORDS = {
    "reset_account": ["nobody"],
    "import_cases": ["table.xlsx"],
    "import_topics": ["table.xlsx"],
    "suggest_topic": ["table.xlsx"],
    "measure_topics": ["table.xlsx"],
    "find_hot": ["table.xlsx"],
    "measure_groups": ["--judged=a.xlsx", "--requests=b.xlsx"],
    "search": ["路灯"],
    "fill_form": ["form.xlsx", "--from=2026-01-01", "--to=2026-03-31", "--out=filled.xlsx"],
    "measure_forms": ["forms"],
    "period_report": ["--from=2026-01-01", "--to=2026-03-31", "--out=report.docx"],
    "verify_report": ["report.docx"],
    "figures": ["--from=2026-01-01", "--to=2026-03-31"],
    "restore": ["all.backup"],
    "rollup": ["--from=2026-01-01", "--to=2026-03-31"],
}


@pytest.fixture
def town(db):
    """A township in one of two counties."""
    for county in (999001, 999002):
        audit.record(by=system_actor("test", county), action="x", kind="x", label="x")
    return make_unit("东湖镇", make_county())


@pytest.fixture
def acted(monkeypatch):
    """The options with which a command's own work would begin."""
    begun = []
    for name in NAMES:
        command = type(load_command_class(get_commands()[name], name))
        monkeypatch.setattr(command, "handle", lambda _self, *_args, **options: begun.append(options))
    return begun


def run(name: str, **options):
    return call_command(name, *WORDS.get(name, []), stdout=StringIO(), **options)


def refusal(name: str, **options) -> str:
    with pytest.raises(CommandError) as no:
        run(name, **options)
    assert no.value.returncode == 2
    return str(no.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_stands_for_its_county(name, town, acted):
    run(name, unit=town.code)
    assert acted[0]["county"] in {f"{town.county:06d}", None}
    assert (acted[0]["county"] is None) == (name in {"bench", "load_demo", "measure_import", "measure_outbox"})
    run(name, unit=town.code, county=f"{town.county:06d}")
    run(name)
    assert len(acted) == 3


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_unit_is_refused_before_anything_is_done(name, town, acted):
    assert "999999001" in refusal(name, unit="999999001") or name in {
        "bench",
        "load_demo",
        "measure_import",
        "measure_outbox",
    }
    assert acted == []


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_of_another_county_is_refused(name, town, acted):
    assert refusal(name, unit=town.code, county="999002")
    assert acted == []


@pytest.mark.parametrize("name", sorted(set(NAMES) - NEW))
def test_an_unknown_county_is_refused(name, town, monkeypatch):
    monkeypatch.setattr(boot, "prepare", lambda **_: pytest.fail("the folder was touched"))
    assert refusal(name, county="123456")
    assert refusal(name, county="abc") == "县的代码是六位数字，例如 431123。"


def test_the_refusals_say_what_is_here(town):
    assert refusal("verify_audit", county="123456") == (
        "这个数据库里没有代码是“123456”的县。现有的县：999001、999002。"
    )
    assert refusal("verify_audit", unit="7") == "这个数据库里没有代码是“7”的单位。"
    assert refusal("serve", unit=town.code, county="999002") == f"单位 {town.code} 在县 999001，不在 999002。"
    assert refusal("bench", county="999002") == "这条命令只用虚构的县 999001，别的县不能用。"


def test_a_unit_chooses_what_is_checked(town):
    out = StringIO()
    call_command("verify_audit", unit=town.code, json=True, stdout=out)
    assert json.loads(out.getvalue())["counties"] == [999001]
    out = StringIO()
    call_command("verify_audit", json=True, stdout=out)
    assert json.loads(out.getvalue())["counties"] == [999001, 999002]


@pytest.mark.parametrize(
    ("given", "handed_on"),
    [
        (["verify_audit", "--json"], ["verify_audit", "--json"]),
        (["--county", "999001", "verify_audit", "--json"], ["verify_audit", "--county", "999001", "--json"]),
        (["--unit=999001001", "verify_audit"], ["verify_audit", "--unit=999001001"]),
        ([], ["help"]),
    ],
)
def test_prepare_hands_the_county_on(given, handed_on, monkeypatch):
    called = []
    monkeypatch.setattr(prepare.boot, "prepare", lambda **_: None)
    monkeypatch.setattr(prepare, "execute_from_command_line", called.append)
    prepare.Command().run_from_argv(["manage.py", "prepare", *given])
    assert called == [["run manage", *handed_on]]
