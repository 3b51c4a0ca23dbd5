"""One filter behind list, count, bulk work and export; named views; paging both ways."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import Http404
from django.http.request import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongyi.casework import actions, queries
from gongyi.casework.actions import saved
from gongyi.casework.forms import ListForm, listing
from gongyi.casework.models import CasePart, SavedView, Topic
from gongyi.casework.queries import Wanted, lists
from gongyi.casework.queries import saved as saved_queries
from gongyi.casework.rules import visible_to
from gongyi.core import clock, paging, search
from gongyi.core.access import Actor
from gongyi.people.actions import exports
from gongyi.people.models import Account
from gongyi.people.queries import exports as export_queries

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def browser(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend=BACKEND)
    return client


def opened(land, **facts):
    return actions.open_case(
        **{"by": land.officer, "unit": land.village, "type": land.enquiry, "content": "路灯坏了"} | facts
    )


@pytest.fixture
def many(land) -> SimpleNamespace:
    """Requests in several states, of several days, types and topics."""
    street = Topic(level=1, name="道路", full_name="道路")
    street.save()
    lamp = Topic(level=2, parent=street, name="路灯", full_name="道路 / 路灯")
    lamp.save()
    cases = []
    for at, (type_, topic, to) in enumerate(
        [
            (land.enquiry, lamp, None), (land.complaint, street, land.town), (land.enquiry, None, land.other),
            (land.complaint, lamp, land.town), (land.tipoff, None, None), (land.enquiry, street, land.town),
        ] * 2
    ):  # fmt: skip
        with clock.at(clock.now() - timedelta(days=at)):
            case = opened(land, type=type_, topic=topic, content=f"第{at}件事")
            if to:
                actions.assign_case(case, by=land.desk, lead=to)
            if to == land.town and at % 2:
                actions.sign_case(case, by=land.clerk)
        cases.append(case)
    land.street, land.lamp, land.cases = street, lamp, cases
    return land


def listed(by, query: str) -> list:
    """What the pages of a list hold, going on to the end."""
    form, found, after = ListForm(QueryDict(query), by=by), [], ""
    while True:
        rows, more = queries.page(by, form.wanted(after))
        found += [row.id for row in rows]
        if not more:
            return found
        after = f"{rows[-1].recorded_at.isoformat()}_{rows[-1].id}"


def exported(by, query: str) -> set[str]:
    """The numbers in the file that an export of the list gives."""
    keys = queries.list_keys(by, queries.wanted_of(dict(QueryDict(query).items())), 10_000)
    return {row[0] for row in export_queries.cells(by, "case", keys)}


PIECES = {
    "state": ["recorded", "assigned", "signed"], "waiting": ["me", "only", "others"], "due": ["late", "soon", "later"],
    "turn": ["on"], "overdue": ["on"], "type": ["enquiry", "complaint"], "topic": ["street", "lamp"], "unit": ["town", "village"],
    "whom": ["town", "other"], "since": [-3, -20], "until": [-1, -4], "q": ["事", "第3", "没有"],
}  # fmt: skip
FILTERS = st.dictionaries(st.sampled_from(sorted(PIECES)), st.integers(0, 2), max_size=4)
PEOPLE = st.sampled_from(["desk", "clerk", "officer", "stranger", "caller", "county_desk", "supervisor"])


def address(land, pieces: dict) -> str:
    """The filter as an address; names of the land become keys, numbers days."""
    query = QueryDict(mutable=True)
    for name, at in pieces.items():
        value = PIECES[name][at % len(PIECES[name])]
        if isinstance(value, int):
            value = (clock.today() + timedelta(days=value)).isoformat()
        query[name] = str(getattr(land, value).id) if hasattr(land, value) else value
    return query.urlencode()


def agree(land, by, query: str) -> None:
    """The same rows in list, count, export, search and detail."""
    rows = listed(by, query)
    form = ListForm(QueryDict(query), by=by)
    assert (
        len(rows) == len(set(rows)) == queries.count(by, form.wanted()) == queries.count(by, form.wanted(), exact=True)
    )
    numbers = set(visible_to(by).filter(id__in=rows).values_list("number", flat=True))
    assert exported(by, form.kept()) == numbers
    assert len(numbers) == len(rows)  # each opens
    for key in rows:
        queries.fetch(by, key)
    plain = replace(form.wanted(), text="")
    found = search.find(by, search.KINDS["case"], "件事", plain)
    told = visible_to(by).filter(id__in=queries.list_keys(by, plain, 100), content__contains="件事")
    assert set(found.keys) == set(told.values_list("id", flat=True))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(who=PEOPLE, pieces=FILTERS)
def test_p4_list_count_export_search_and_detail_agree(many, who, pieces):
    lists.PAGE, kept = 3, lists.PAGE
    try:
        agree(many, getattr(many, who), address(many, pieces))
    finally:
        lists.PAGE = kept


def test_p4_control_a_filter_that_only_the_list_knows_is_noticed(many, monkeypatch):
    monkeypatch.setattr(
        "gongyi.casework.queries.exports.visible_to", lambda by: visible_to(by).exclude(state="assigned")
    )
    with pytest.raises(AssertionError):
        agree(many, many.desk, "")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(st.integers(0, 2), min_size=4, max_size=10),
    size=st.integers(1, 3),
    few=st.integers(0, 9),
    more=st.integers(0, 2),
)
def test_list_with_words_pages_as_without_them(land, days, size, few, more):
    """Forwards and backwards, with several rows a day, stored in another order than they were recorded, for one unit and two."""
    kept = lists.PAGE, lists.A_DAY, search.FEW, search.kinds.FEW
    lists.PAGE, lists.A_DAY, search.FEW, search.kinds.FEW = size, more, few, few
    both = Actor(id=land.clerk.id, name="", county=land.county.county, held=land.clerk.held + land.officer.held)
    noon = clock.now().replace(hour=4)
    with transaction.atomic():
        for minute, day in enumerate(days):
            with clock.at(noon - timedelta(days=day, minutes=minute * 7 % 5)):
                opened(land, content=f"第{minute}盏灯" if minute % 3 else "别的")
        for by in (land.officer, both):
            paged(by)
        transaction.set_rollback(True)
    lists.PAGE, lists.A_DAY, search.FEW, search.kinds.FEW = kept


def paged(by) -> None:
    """The pages of the words, on to the end and back again, are the rows of the whole list that hold them."""
    wanted = [row.id for row in rows_of_all(by) if "灯" in row.title]
    pages, back, mark = [], [], None
    while not pages or mark:
        rows, more = queries.page(by, Wanted(text="灯", after=mark))
        pages.append([row.id for row in rows])
        mark = (rows[-1].recorded_at, rows[-1].id) if more else None
    first = rows[0] if rows else None
    while first:
        rows, more = queries.page(by, Wanted(text="灯", before=(first.recorded_at, first.id)))
        back = [row.id for row in rows] + back
        first = rows[0] if more else None
    assert sum(pages, []) == wanted
    assert back == sum(pages[:-1], [])
    assert queries.count(by, Wanted(text="灯")) == len(wanted)


def rows_of_all(by) -> list:
    return sorted(lists.rows_of(visible_to(by)), key=lambda row: (row.recorded_at, row.id), reverse=True)


def test_topic_takes_what_stands_below_it(many):
    street, lamp = (listed(many.desk, f"topic={topic.id}") for topic in (many.street, many.lamp))
    assert set(lamp) < set(street)


@pytest.fixture
def late(many):
    """After forty days: everything open is late, but for one parked for longer, one answered and one closed."""
    parked, answered, closed = (
        actions.sign_case(actions.assign_case(opened(many), by=many.desk, lead=many.town), by=many.clerk)
        for _i in range(3)
    )
    actions.park_case(parked, by=many.clerk, reason=many.reasons["park"], until=clock.today() + timedelta(days=9))
    for case in (answered, closed):
        actions.answer_case(case, by=many.clerk, answer="修好了", outcome="solved")
    actions.settle(closed, by=actions.asker_of_case(closed))
    many.parked, many.answered = parked, answered
    with clock.at(clock.now() + timedelta(days=40)):
        yield many


@pytest.mark.parametrize("who", ["desk", "clerk", "officer", "stranger", "supervisor"])
def test_overdue_shows_every_late_case_in_sight_whoevers_turn_it_is(late, who):
    by, now = getattr(late, who), clock.now()
    sight = visible_to(by).filter(closed_at=None, turn_due__lt=now)
    expected = set(sight.exclude(state__in=["parked", "answered"]).values_list("id", flat=True))
    assert set(sight.filter(state__in=["parked", "answered"])) <= {late.parked, late.answered}

    shown = listed(by, "overdue=on")

    assert set(shown) == expected != set()
    agree(late, by, "overdue=on")
    assert set(listed(by, "due=late")) == expected
    assert set(listed(by, "waiting=me&due=late") + listed(by, "waiting=others&due=late")) == expected
    sections = {section.key: section.count for section in queries.my_day(by)}
    assert sections.get("late", 0) + sections.get("stuck", 0) == len(expected)


def test_control_only_one_s_own_turns_would_hide_what_is_late_elsewhere(late):
    everything, own = listed(late.officer, "overdue=on"), listed(late.officer, "overdue=on&turn=on")
    assert own == []
    assert len(everything) > 10


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
def test_overdue_is_counted_along_the_index_of_turns(late):
    rows = lists._first(late.clerk, Wanted(overdue=True), 1001, counted=True)
    assert "casepart_turn" in rows.explain()
    assert "casepart_turn" not in lists._first(late.clerk, Wanted(overdue=True), 1001).explain()


def test_waiting_for_a_unit(many):
    waits = listed(many.desk, f"whom={many.other.id}")
    assert waits
    assert set(CasePart.objects.filter(case__in=waits).values_list("turn_unit", flat=True)) == {many.other.id}
    assert listed(many.stranger, f"whom={many.town.id}") == []


def test_pages_go_on_and_back(many, monkeypatch):
    monkeypatch.setattr(lists, "PAGE", 5)
    client, seen = browser(many.desk), []
    url = "/cases/"
    while url:
        answer = client.get(url)
        seen.append([row["number"] for row in answer.context["rows"]])
        url = f"/cases/{answer.context['next_url']}" if answer.context.get("next_url") else ""
    back = answer.context["previous_url"]
    again = client.get(f"/cases/{back}")
    assert [row["number"] for row in again.context["rows"]] == seen[-2]
    first = client.get(f"/cases/{again.context['previous_url']}") if again.context.get("previous_url") else again
    assert [row["number"] for row in first.context["rows"]] == seen[0] or len(seen) == 2
    assert len(sum(seen, [])) == len(set(sum(seen, []))) == len(listed(many.desk, ""))


def test_count_is_exact_on_request(many, monkeypatch):
    monkeypatch.setattr(lists, "PAGE", 2)
    monkeypatch.setattr(lists, "COUNT_TO", 3)
    monkeypatch.setattr(paging, "COUNT_TO", 3)
    client = browser(many.desk)
    assert "超过 1,000 条" in client.get("/cases/").content.decode()
    exact = client.get("/cases/?count=exact").content.decode()
    assert f"共 {len(listed(many.desk, ''))} 件" in exact
    assert "超过" not in exact


def test_chips_say_the_filter_in_words_and_take_it_away(many):
    answer = browser(many.desk).get(f"/cases/?topic={many.lamp.id}&whom={many.town.id}&due=late&since=2026-01-01")
    chips = {chip["words"]: chip["url"] for chip in answer.context["chips"]}
    assert any("路灯" in words for words in chips)
    assert any(words.endswith("东湖镇") for words in chips)
    assert not [url for words, url in chips.items() if "路灯" in words and "topic" in url]


@pytest.mark.parametrize(("language", "colon"), [("en", ": "), ("zh-hans", "：")])
def test_chips_are_pointed_as_the_readers_language_does(many, language, colon):
    client = browser(many.desk)
    client.cookies["django_language"] = language
    [chip] = client.get(f"/cases/?whom={many.town.id}").context["chips"]
    assert chip["words"].endswith(f"{colon}东湖镇")


# --- named views ------------------------------------------------------------------------------------------------------


def test_a_view_is_kept_without_search_words_and_only_for_its_person(many):
    client = browser(many.desk)
    form = client.get("/cases/views/new/?state=assigned&q=刘大勇")
    key = form.content.decode().split('name="_key" value="')[1][:36]
    client.post("/cases/views/new/?state=assigned&q=刘大勇", {"_key": key, "name": "已派的"})
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("已派的", "state=assigned")
    assert "已派的" in client.get("/cases/").content.decode()
    assert "已派的" not in browser(many.clerk).get("/cases/").content.decode()
    with pytest.raises(Http404):
        saved_queries.fetch_view(many.clerk, view.id)
    assert browser(many.clerk).post(f"/cases/views/{view.id}/remove/").status_code == 404


def test_a_view_is_renamed_removed_and_brought_back(many):
    view = saved.save_view(by=many.desk, name="一", query="state=assigned")
    saved.rename_view(view, by=many.desk, name="二")
    client = browser(many.desk)
    page = client.post(f"/cases/views/{view.id}/remove/", follow=True).content.decode()
    assert "还没有存过列表" in page
    assert f"/cases/views/{view.id}/restore/" in page
    client.post(f"/cases/views/{view.id}/restore/")
    assert [view.name for view in saved_queries.saved_views(many.desk)] == ["二"]


@pytest.mark.parametrize("name", ["少数民族重点人员", "党员", " "])
def test_d2_a_view_that_sorts_people_is_refused(many, name):
    with pytest.raises(ValidationError):
        saved.save_view(by=many.desk, name=name, query="")


def test_views_have_a_name_each_and_a_limit(many, monkeypatch):
    saved.save_view(by=many.desk, name="一", query="")
    with pytest.raises(ValidationError):
        saved.save_view(by=many.desk, name="一", query="")
    saved.save_view(by=many.clerk, name="一", query="")
    monkeypatch.setattr(saved, "MOST_VIEWS", 1)
    with pytest.raises(ValidationError):
        saved.save_view(by=many.desk, name="二", query="")


# --- exports ----------------------------------------------------------------------------------------------------------


def ask(by, query="", kind="csv"):
    return exports.ask_export(by=by, kind=kind, query=query, words="")


def taken(export, by) -> str:
    with exports.take_export(export, by=by) as file:
        return BytesIO(file.read()).getvalue().decode("utf-8-sig", errors="replace")


def test_p6_an_export_names_nobody(land):
    asker = actions.AskerFacts(name="刘大勇", phone="13812345678", address="李家村三组12号")
    text = "我是刘大勇，住李家村三组12号，电话13812345678，身份证11010519491231002X，低保怎么办"
    opened(land, content=text, title="刘大勇问低保", asker=asker)
    for kind in ("csv", "xlsx"):
        export = ask(land.desk, kind=kind)
        row = next(iter(export_queries.cells(land.desk, "case", queries.list_keys(land.desk, Wanted(), 9))))
        assert not [
            fact for fact in ("刘大勇", "三组12号", "13812345678", "19491231") if fact in " ".join(map(str, row))
        ]
        assert "低保怎么办" in row[-2]
        assert export.query == ""
        if kind == "csv":
            assert "刘大勇" not in taken(export, land.desk)


def test_p6_an_export_names_nobody_whose_name_was_not_recorded(land):
    """Nor others whom the text names: nobody wrote down who asked."""
    words = "我叫刘大勇，住李家村12号，邻居王建国的车湘E12345挡路，刘大勇找过他"
    opened(land, content=words, title="王建国的车挡路")
    [row] = export_queries.cells(land.desk, "case", queries.list_keys(land.desk, Wanted(), 9))
    told = " ".join(map(str, row))
    assert [word for word in ("刘大勇", "王建国", "12号", "E12345") if word in told] == []
    assert "〔姓名〕" in told


def test_a_title_is_masked_before_it_is_cut(land):
    case = opened(land, content="村口一直往里走到底再左转第三家屋后的水沟堵了电话13987654321来之前打")
    assert "13987" not in case.title
    assert not re.search(r"\*{4}\d{2}…", case.title)


def test_an_export_is_taken_once_by_its_person(many):
    export = ask(many.desk)
    with pytest.raises(Http404):
        exports.take_export(export, by=many.clerk)
    assert browser(many.clerk).post(f"/cases/exports/{export.id}/take/").status_code == 404
    answer = browser(many.desk).post(f"/cases/exports/{export.id}/take/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert len(b"".join(answer).decode("utf-8-sig").splitlines()) == len(listed(many.desk, "")) + 1
    assert browser(many.desk).post(f"/cases/exports/{export.id}/take/").status_code == 410
    with pytest.raises(FileNotFoundError):
        exports._keys(export)


def test_d11_an_export_is_gone_after_a_day(many):
    export = ask(many.desk)
    with clock.at(clock.now() + timedelta(hours=25)):
        assert exports.drop_old(many.county.county) == 1
        with pytest.raises(FileNotFoundError):
            exports._keys(export)
        assert browser(many.desk).get(f"/cases/exports/{export.id}/").status_code in {200, 302}


def test_p10_a_finished_export_is_checked_again_at_download(many):
    export = ask(many.clerk)
    case = next(case for case in many.cases if case.lead_id == many.town.id)
    CasePart.objects.filter(case=case, unit=many.town).update(until=clock.now())
    assert browser(many.clerk).post(f"/cases/exports/{export.id}/take/").status_code == 409
    export.refresh_from_db()
    assert export.gone_at


def test_p10_control_without_the_check_the_file_goes_out(many, monkeypatch):
    export = ask(many.clerk)
    CasePart.objects.filter(unit=many.town).update(until=clock.now())
    monkeypatch.setattr(exports.exports, "still_visible", lambda *_args: True)
    assert "第" in taken(export, many.clerk)


def test_a_long_export_is_written_by_the_worker_as_its_person_stands_then(many, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    kept, lost = ask(many.desk), ask(many.clerk)
    assert kept.ready_at is None
    assert "正在后台做" in browser(many.desk).get(kept.get_absolute_url()).content.decode()
    Account.objects.filter(id=many.clerk.id).update(is_active=False)
    assert exports.make_waiting(many.county.county) == 1
    kept.refresh_from_db()
    lost.refresh_from_db()
    assert kept.done == len(listed(many.desk, ""))
    assert (lost.ready_at, bool(lost.gone_at)) == (None, True)


def test_the_export_page_asks_for_the_kind_and_leads_to_the_file(many):
    client = browser(many.desk)
    page = client.get("/cases/exports/new/?state=assigned").content.decode()
    key = page.split('name="_key" value="')[1][:36]
    answer = client.post("/cases/exports/new/?state=assigned", {"_key": key, "kind": "xlsx"}, follow=True)
    assert "做好了" in answer.content.decode()
    assert "状态：派单" in client.get("/cases/exports/").content.decode()


def test_drawn_filter_shows_its_own_choice_and_keeps_nothing_typed(many):
    clerk = browser(many.clerk)
    listing._drawn.cache_clear()
    for state in ("assigned", "closed"):
        assert f'value="{state}" selected' in clerk.get(f"/cases/?state={state}").content.decode()
    assert listing._drawn.cache_info().currsize == 2
    for wrong in ("q=13800001234", "since=13800001234", "state=13800001234"):
        clerk.get(f"/cases/?{wrong}")
    assert listing._drawn.cache_info().currsize == 2


@pytest.mark.parametrize("path", ["/cases/", "/cases/choose/"])
def test_a_filter_that_makes_no_sense_is_said_to_filter_nothing(land, path):
    """A bookmark whose type is gone must not pass for the list that it once was."""
    opened(land)
    page = browser(land.desk).get(path, {"state": "gone", "since": "2026-13-99", "q": "路"}).content.decode()
    assert "“状态、登记从”里的内容认不出来" in page
    assert "认不出来" not in browser(land.desk).get(path, {"state": "recorded"}).content.decode()
