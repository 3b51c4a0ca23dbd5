"""A ledger holds as many rows as the figure says, in own columns and headings, on A4 landscape; frozen it is known again, changed it is seen."""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongyi.casework.actions.moving import sync_parts
from gongyi.casework.models import Case
from gongyi.casework.queries import count
from gongyi.casework.queries.exports import headers
from gongyi.casework.queries.ledger import FIELDS
from gongyi.casework.queries.lists import list_keys, wanted_of
from gongyi.core import clock, figures, gate, lists
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.documents.reading import read_book
from gongyi.people.models import Account
from gongyi.people.queries.exports import cells
from gongyi.reports.actions import ledger as actions
from gongyi.reports.actions.ledger import Keeping
from gongyi.reports.actions.paper import verify
from gongyi.reports.models import Ledger
from gongyi.reports.queries import as_facts, behind, scope_of
from gongyi.reports.queries import ledger as queries

pytestmark = pytest.mark.django_db
COLUMNS = [("serial", "序号"), ("number", "单号"), ("title", "群众反映的事"), ("state", "办到哪"), ("blank", "备注")]


def keep(land, figure="cases.received", query="", columns=None, name="来件台账") -> Ledger:
    return actions.keep_ledger(
        by=land.clerk, unit=land.town, keeping=Keeping(name, lists.kind("case"), figure, query, columns or COLUMNS)
    )


def lately() -> Period:
    """Days that are over, with the cases of the test moved into them."""
    day = clock.today() - timedelta(days=2)
    return Period(day - timedelta(days=3), day)


def past(*cases) -> None:
    Case.objects.filter(id__in=[case.id for case in cases]).update(recorded_at=clock.now() - timedelta(days=3))
    for case in Case.objects.filter(id__in=[case.id for case in cases]):
        sync_parts(case)


def sheet_rows(content: bytes) -> list[list[str]]:
    return read_book(content)[0].rows


def test_columns_are_those_of_an_exported_list():
    assert [queries.columns(lists.kind("case"))[key] for key in FIELDS] == headers()


def test_file_has_own_headings_in_order_and_prints_on_a4_landscape_with_repeated_headings(land, put):
    past(put(land, "closed"), put(land, "handling"))
    Case.objects.update(title="=1+1 路灯坏了")
    content, row = actions.take_ledger(keep(land), by=land.clerk, period=lately())
    rows = sheet_rows(content)
    assert rows[0][0] == "来件台账"
    assert row.number in rows[1][0]
    assert rows[2] == ["序号", "单号", "群众反映的事", "办到哪", "备注"]
    assert [line[0] for line in rows[3:5]] == ["1", "2"]
    assert "合计 2 件" in rows[5][0]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        page, book = package.read("xl/worksheets/sheet1.xml").decode(), package.read("xl/workbook.xml").decode()
    assert 'paperSize="9"' in page
    assert 'orientation="landscape"' in page
    assert "<f>" not in page
    assert "_xlnm.Print_Titles" in book
    assert "$3:$3" in book


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    facts=st.lists(
        st.tuples(
            st.sampled_from(["closed", "handling"]), st.sampled_from(["phone", "visit", "wechat"]), st.integers(1, 9)
        ),
        max_size=5,
    ),
    channel=st.sampled_from(["", "phone", "visit"]),
)
def test_page_ledger_export_and_api_count_the_same(land, put, facts, channel):
    period = lately()
    Case.objects.all().delete()
    for state, how, ago in facts:
        case = put(land, state)
        Case.objects.filter(id=case.id).update(channel=how, recorded_at=clock.now() - timedelta(days=ago))
        sync_parts(Case.objects.get(id=case.id))
    figure = figures.figure("cases.received")
    where = (("channel", channel),) if channel else ()
    scope = scope_of(land.town, period, where=where)
    page = behind(land.clerk, figure, scope)
    ledger = Ledger(
        county=land.county.county,
        unit=land.town,
        figure="cases.received",
        query=f"channel={channel}" if channel else "",
        columns="[]",
    )
    found = queries.rows_in(land.clerk, ledger, period)
    assert found.number == page.number == figures.count(["cases.received"], scope)["cases.received"].value
    assert len(found.pairs) == page.open
    if not channel:
        listed = Ledger(county=land.county.county, unit=land.town, figure="", query="", columns="[]")
        wanted = replace(wanted_of({}), unit=land.town.id, since=period.first, until=period.last)
        api = next(line for line in as_facts(land.town, period) if line["id"] == "cases.received")
        exported = list(cells(land.clerk, "case", list_keys(land.clerk, wanted, 100)))
        of_list = queries.rows_in(land.clerk, listed, period)
        assert (
            api["value"]
            == found.number
            == len(exported)
            == of_list.number
            == count(land.clerk, wanted)
            == len(of_list.pairs)
        )


def test_frozen_ledger_stays_is_known_again_and_a_changed_cell_is_seen(land, put):
    first, second = put(land, "closed"), put(land, "handling")
    past(first, second)
    ledger = keep(land)
    sheet = actions.freeze_ledger(ledger, by=land.clerk, period=lately())
    content = actions.take_sheet(sheet, by=land.clerk)
    found = verify(content, [land.county.county])
    assert (found["known"], found["unchanged"], found["signed"], found["number"]) == (True, True, True, sheet.number)
    Case.objects.filter(id=second.id).update(title="改过的标题")
    assert (
        actions.take_sheet(sheet, by=land.clerk) == content
        or verify(actions.take_sheet(sheet, by=land.clerk), [land.county.county])["unchanged"]
    )
    assert any("改过的标题" in line for line in queries.changed_since(land.clerk, sheet))
    with pytest.raises(ValidationError, match="更正"):
        actions.freeze_ledger(ledger, by=land.clerk, period=lately())
    again = actions.freeze_ledger(ledger, by=land.clerk, period=lately(), why="标题写错")
    assert (again.correction, verify(actions.written(again), [land.county.county])["correction"]) == (1, 1)
    assert queries.changed_since(land.clerk, again) == []
    changed = verify(tampered(content, first.title), [land.county.county])
    assert (changed["known"], changed["unchanged"]) == (True, False)
    assert any("改动" in one["now"] for one in changed["where"])


def tampered(content: bytes, title: str) -> bytes:
    """The same file with one text changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(made, "w") as out:
        for name in package.namelist():
            text = package.read(name)
            out.writestr(
                name, text.replace(title.encode(), "改动".encode()) if name.endswith("sharedStrings.xml") else text
            )
    return made.getvalue()


def test_command_verifies_a_ledger(land, put, tmp_path, capsys):
    past(put(land, "closed"))
    content, row = actions.take_ledger(keep(land), by=land.clerk, period=lately())
    file = tmp_path / "ledger.xlsx"
    file.write_bytes(content)
    call_command("verify_report", str(file))
    assert row.number in capsys.readouterr().out
    file.write_bytes(tampered(content, "来件台账"))
    with pytest.raises(SystemExit) as ended:
        call_command("verify_report", str(file))
    assert ended.value.code == 1


def test_d2_forbidden_heading_is_named_and_without_the_gate_would_pass(land, monkeypatch):
    columns = [("number", "单号"), ("blank", "宗教信仰")]
    with pytest.raises(ValidationError, match="宗教信仰"):
        keep(land, columns=columns)
    with pytest.raises(ValidationError, match="没有保存"):
        keep(land, name="信教群众台账")
    monkeypatch.setattr(gate, "refused_header", lambda _text: None)
    assert keep(land, columns=columns)


def test_who_does_not_belong_keeps_nothing_and_a_period_that_goes_on_is_not_frozen(land, put):
    put(land, "handling")
    ledger = keep(land)
    with pytest.raises(PermissionDenied):
        actions.keep_ledger(
            by=land.stranger, unit=land.town, keeping=Keeping("别的", lists.kind("case"), "", "", COLUMNS)
        )
    with pytest.raises(PermissionDenied):
        actions.take_ledger(ledger, by=land.stranger, period=lately())
    with pytest.raises(Refused, match="没有过完"):
        actions.freeze_ledger(ledger, by=land.clerk, period=Period(clock.today(), clock.today()))
    with pytest.raises(Refused, match="没有可以列出"):
        actions.take_ledger(ledger, by=land.clerk, period=lately())


def test_p5_rows_of_others_are_counted_and_not_shown(land, put, monkeypatch):
    past(put(land, "closed"))
    ledger = actions.keep_ledger(
        by=land.county_desk,
        unit=land.county,
        keeping=Keeping("全县来件", lists.kind("case"), "cases.received", "", COLUMNS),
    )
    found = queries.rows_in(land.county_desk, ledger, lately())
    assert (found.number, found.pairs, found.elsewhere) == (1, [], 1)
    assert "只计数" in queries.foot_words(lists.kind("case"), found.number, found.elsewhere)
    with pytest.raises(Refused, match="没有可以列出"):
        actions.take_ledger(ledger, by=land.county_desk, period=lately())
    monkeypatch.setattr(queries, "openable", lambda _by, one, scope: figures.rows_of(one.id, scope))
    found = queries.rows_in(land.county_desk, ledger, lately())
    assert (len(found.pairs), found.elsewhere) == (1, 0)  # without the guard the row would be there


def test_a_removed_ledger_comes_back_unless_its_name_is_taken(land):
    ledger = keep(land)
    client = Client()
    client.force_login(
        Account.objects.get(id=land.clerk.id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    page = client.post(reverse("reports:ledger_remove", args=[ledger.id]), follow=True).content.decode()
    assert f"/ledgers/{ledger.id}/restore/" in page
    assert client.get(ledger.get_absolute_url()).status_code == 404
    client.post(reverse("reports:ledger_restore", args=[ledger.id]), {"_key": "0b6b5b0a-0000-4000-8000-00000000000c"})
    assert client.get(ledger.get_absolute_url()).status_code == 200
    assert client.get("/ledgers/?removed=no-key").status_code == 200
    with pytest.raises(PermissionDenied):
        actions.remove_ledger(ledger, by=land.stranger, back=True)
    actions.remove_ledger(ledger, by=land.clerk)
    keep(land)
    with pytest.raises(ValidationError, match="换个名字"):
        actions.remove_ledger(ledger, by=land.clerk, back=True)


def test_pages_lead_from_columns_to_the_frozen_file(land, put):
    past(put(land, "closed"))
    client = Client()
    client.force_login(
        Account.objects.get(id=land.clerk.id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    form = {
        "name": "来件台账",
        "unit": str(land.town.id),
        "figure": "cases.received",
        "place_number": "2",
        "place_title": "1",
        "head_title": "事由",
        "_key": "0b6b5b0a-0000-4000-8000-00000000000a",
    }
    page = client.post(f"{reverse('reports:ledger_new')}?kind=case", form, follow=True)
    ledger = Ledger.objects.get()
    assert ledger.chosen == [("title", "事由"), ("number", "工单编号")]
    days = {"from": lately().first.isoformat(), "to": lately().last.isoformat()}
    page = unescape(client.get(ledger.get_absolute_url(), days).content.decode())
    assert "合计 1 件" in page
    taken = client.post(reverse("reports:ledger_take", args=[ledger.id]), days)
    assert sheet_rows(b"".join(taken.streaming_content))[2][:2] == ["事由", "工单编号"]
    url = f"{reverse('reports:ledger_freeze', args=[ledger.id])}?from={days['from']}&to={days['to']}"
    page = client.post(url, {"_key": "0b6b5b0a-0000-4000-8000-00000000000b"}, follow=True).content.decode()
    assert "记录没有变" in page
    sheet = ledger.sheets.get()
    taken = client.post(reverse("reports:ledger_sheet_take", args=[sheet.id]))
    assert verify(b"".join(taken.streaming_content), [land.county.county])["unchanged"]
    client.post(reverse("reports:ledger_remove", args=[ledger.id]))
    assert client.get(ledger.get_absolute_url()).status_code == 404
    assert client.get(sheet.get_absolute_url()).status_code == 200


def test_list_of_cases_is_a_ledger_with_its_filter(land, put):
    past(put(land, "closed"), put(land, "handling"))
    ledger = keep(land, figure="", query="state=handling&q=阿依")
    assert queries.asked_of(ledger, lately()).where == {"state": "handling"}
    assert queries.rows_in(land.clerk, ledger, lately()).number == 1
    assert "办件清单" in queries.words_of(land.clerk, ledger)
