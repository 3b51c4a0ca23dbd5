"""A table asked of the units below: refused without basis or end, counted before it is sent, filled from the records, summed with evidence."""

from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from gongyi.casework.models import Case
from gongyi.core import clock, figures, gate
from gongyi.core.access import Role
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.core.models import Message
from gongyi.network.actions import merge_unit
from gongyi.people.models import Account
from gongyi.reports.actions import asking as actions
from gongyi.reports.actions.asking import Asking
from gongyi.reports.models import Answer, Ask
from gongyi.reports.queries import asking as queries
from gongyi.reports.queries.counting import scope_of
from tests.factories import make_actor, make_county, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(land):
    """The county of the cases, with a statistician above and one in the town, and a unit beside."""
    county, town = land.county, land.town
    beside = make_unit("王家镇", county)
    return {
        "county": county, "town": town, "beside": beside, "above": make_actor(Role.STATISTICIAN, county),
        "below": make_actor(Role.STATISTICIAN, town), "stranger": make_actor(Role.STATISTICIAN, beside),
    }  # fmt: skip


@pytest.fixture
def later():
    """Sets the clock forward for the rest of the test."""
    with ExitStack() as stack:
        yield lambda **span: stack.enter_context(clock.at(clock.now() + timedelta(**span)))


def wanted(place, **changed) -> Asking:
    today = clock.today()
    facts = {
        "title": "半年小结用表", "purpose": "写半年小结", "basis": "县政府办〔2026〕3号", "columns": ["受理量", "入户宣传次数"],
        "units": [place["town"]], "first": today - timedelta(days=20), "last": today, "due": today + timedelta(days=5),
        "until": today + timedelta(days=30),
    }  # fmt: skip
    return Asking(**{**facts, **changed})


def sent(place, **changed) -> Ask:
    ask = actions.draft_ask(by=place["above"], unit=place["county"], asking=wanted(place, **changed))
    actions.send_ask(ask, by=place["above"], minutes=queries.cost(ask).minutes)
    return ask


def fill(answer: Answer, by, **values: tuple[object, str]) -> None:
    """Send an answer up, by headings."""
    said = {one.id: values.get(one.heading, (None, "")) for one in queries.columns_of(answer.ask)}
    actions.send_answer(
        answer, by=by, values={key: (None if n is None else Decimal(n), why) for key, (n, why) in said.items()}
    )


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("basis", {"basis": "  "}),
        ("until", {"until": None}),
        ("until", {"until": date(2100, 1, 1)}),
        ("due", {"due": date(2026, 1, 1), "until": date(2026, 1, 2)}),
        ("columns", {"columns": []}),
        ("columns", {"columns": ["受理量", "信教群众人数"]}),
        ("columns", {"columns": ["受理量排名"]}),
        ("columns", {"columns": ["办结时间"]}),
        ("units", {"units": []}),
        ("repeats", {"repeats": "month"}),
    ],
)
def test_ask_refused_by_field(place, field, changed):
    with pytest.raises(ValidationError) as refused:
        actions.draft_ask(by=place["above"], unit=place["county"], asking=wanted(place, **changed))
    assert list(refused.value.message_dict) == [field]
    assert not Ask.objects.exists()


def test_d2_forbidden_column_is_named_and_without_the_gate_would_pass(place, monkeypatch):
    asking = wanted(place, columns=["信教群众人数"])
    with pytest.raises(ValidationError, match="信教群众人数"):
        actions.draft_ask(by=place["above"], unit=place["county"], asking=asking)
    monkeypatch.setattr(gate, "refused_header", lambda _text: None)
    assert actions.draft_ask(by=place["above"], unit=place["county"], asking=asking)


def test_intake_rank_is_refused_and_without_the_rule_would_pass(place, monkeypatch):
    asking = wanted(place, columns=["受理量目标"])
    with pytest.raises(ValidationError, match="不是成绩"):
        actions.draft_ask(by=place["above"], unit=place["county"], asking=asking)
    monkeypatch.setattr(figures, "no_judgement", lambda _key: "")
    assert actions.draft_ask(by=place["above"], unit=place["county"], asking=asking)


def test_units_that_hold_each_other_or_stand_beside_are_refused(place):
    team = make_unit("一村", place["town"])
    for units, words in ([place["town"], team], "重复算"), ([make_unit("别县的", make_county(999002))], "不是您下面"):
        with pytest.raises(ValidationError, match=words):
            actions.draft_ask(by=place["above"], unit=place["county"], asking=wanted(place, units=units))
    with pytest.raises(PermissionDenied):
        actions.draft_ask(by=place["below"], unit=place["county"], asking=wanted(place))


@pytest.mark.parametrize(
    ("heading", "figure"),
    [
        ("受理量", "cases.received"),
        ("本月受理件数（件）", "cases.received"),
        ("办结数", "cases.closed"),
        ("满意率", "cases.satisfaction_rate"),
        ("入户宣传次数", ""),
    ],
)
def test_headings_find_the_figure_that_holds_them(heading, figure):
    assert queries.held(heading).figure == figure


def test_cost_is_units_times_minutes_and_must_be_seen_before_sending(place):
    units = [place["town"], place["beside"]]
    ask = actions.draft_ask(by=place["above"], unit=place["county"], asking=wanted(place, units=units))
    cost = queries.cost(ask)
    assert (cost.minutes, cost.held, cost.by_hand, cost.measured) == (2 * 1 * queries.STATED, 1, 1, 0)
    with pytest.raises(Refused, match="时间变了"):
        actions.send_ask(ask, by=place["above"], minutes=0)
    assert not Answer.objects.exists()
    actions.send_ask(ask, by=place["above"], minutes=cost.minutes)
    assert Answer.objects.count() == 2
    assert Message.objects.filter(event="asking", account=place["below"].id).count() == 1


def test_minutes_are_those_measured_once_there_are_enough(place, later):
    for time in range(queries.ENOUGH):
        day = clock.today() - timedelta(days=400 - 30 * time)
        answer = sent(place, first=day, last=day + timedelta(days=20)).answers.get()
        actions.begin_answer(answer, by=place["below"])
        later(minutes=24)
        fill(
            answer, place["below"], 受理量=(answer.cells.get(column__position=0).counted, ""), 入户宣传次数=(3, "台账")
        )
        assert answer.minutes == 24
    assert queries.per_cell(place["county"].county) == (24, queries.ENOUGH)
    assert queries.asked_of(place["below"])[0].before == 24


def test_answer_is_filled_from_records_and_a_typed_number_is_marked(place, land, put):
    put(land, "closed")
    answer = sent(place).answers.get()
    actions.begin_answer(answer, by=place["below"])
    truth = figures.count(["cases.received"], scope_of(place["town"], answer.period))["cases.received"].value
    cell = answer.cells.get(column__position=0)
    assert (cell.counted, cell.value) == (truth, truth)
    with pytest.raises(ValidationError) as wrong:
        fill(answer, place["below"], 受理量=(truth + 2, ""))
    assert set(wrong.value.message_dict) == {"source_0", "value_1"}
    answer.refresh_from_db()
    assert answer.state == "filling"
    put(land, "handling")  # a record more: what was not touched follows the records
    fill(answer, place["below"], 受理量=(truth, ""), 入户宣传次数=(7, "宣传台账"))
    cell.refresh_from_db()
    assert (cell.value, cell.typed) == (cell.counted, False)
    assert cell.value == truth + 1
    by_hand = answer.cells.get(column__position=1)
    assert (by_hand.value, by_hand.typed, by_hand.source) == (7, True, "宣传台账")
    actions.give_back(answer, by=place["above"], note="宣传次数再看看")
    actions.begin_answer(answer, by=place["below"])
    fill(answer, place["below"], 受理量=(truth + 5, "三件没录"), 入户宣传次数=(8, "宣传台账"))
    cell.refresh_from_db()
    assert (cell.value, cell.counted, cell.typed) == (truth + 5, truth + 1, True)


def test_sum_is_of_what_was_sent_with_rates_by_their_lines(place, land, put):
    put(land, "closed")
    ask = sent(place, columns=["受理量", "办结率"], units=[place["town"], place["beside"]])
    for unit, by in (place["town"], place["below"]), (place["beside"], place["stranger"]):
        answer = ask.answers.get(unit=unit)
        actions.begin_answer(answer, by=by)
        fill(answer, by, 受理量=(answer.cells.get(column__position=0).counted, ""))
    found = queries.summed(ask)[0]
    own = figures.count(["cases.received", "cases.closed_rate"], scope_of(place["town"], ask.period))
    assert found.sums == [own["cases.received"].text, own["cases.closed_rate"].text]
    assert found.sent == 2


def test_p5_each_unit_sees_its_own_answer_only(place):
    ask = sent(place, units=[place["town"], place["beside"]])
    own = ask.answers.get(unit=place["town"])
    assert [one.answer.id for one in queries.asked_of(place["below"])] == [own.id]
    with pytest.raises(PermissionDenied):
        actions.begin_answer(own, by=place["stranger"])
    with pytest.raises(PermissionDenied):
        actions.begin_answer(own, by=place["above"])


def test_expired_and_ended_tables_disappear(place, later):
    ask = sent(place)
    answer = ask.answers.get()
    assert queries.tables_due(place["below"]) == 1
    later(days=31)
    assert (queries.asked_of(place["below"]), queries.tables_due(place["below"])) == ([], 0)
    with pytest.raises(PermissionDenied):
        actions.begin_answer(answer, by=place["below"])
    other = sent(place)
    actions.end_ask(other, by=place["above"])
    assert queries.tables_due(place["below"]) == 0


def test_monthly_table_comes_again_until_its_last_day(place, later):
    today = clock.today()
    month = Period.month(today.year, today.month)
    ask = sent(
        place, first=month.first, last=month.last, due=month.last + timedelta(days=5), repeats="month",
        until=month.last + timedelta(days=75),
    )  # fmt: skip
    assert len(queries.rounds(ask)) == 3
    assert actions.open_rounds(ask.county) == 0
    later(days=(month.last - today).days + 34)
    assert actions.open_rounds(ask.county) == 1
    assert actions.open_rounds(ask.county) == 0
    assert actions.remind(ask.county) == 2
    assert actions.remind(ask.county) == 0


def test_pages_lead_from_asking_to_the_sum(place, land, put):
    put(land, "closed")
    above, below = browser(place["above"]), browser(place["below"])
    today = clock.today()
    form = {
        "title": "小结用表", "purpose": "小结", "basis": "", "columns": "受理量\n入户宣传次数", "units": [str(place["town"].id)],
        "first": str(today - timedelta(days=20)), "last": str(today), "due": str(today + timedelta(days=3)), "repeats": "once",
        "until": str(today + timedelta(days=30)), "_key": "0b6b5b0a-0000-4000-8000-000000000001",
    }  # fmt: skip
    page = above.post(reverse("reports:table_new"), form)
    assert "没有依据的表不往下发" in page.content.decode()
    page = above.post(reverse("reports:table_new"), form | {"basis": "县办〔2026〕3号"}, follow=True)
    text = unescape(page.content.decode())
    assert "1 个单位 × 1 个要另外数的数 × 10 分钟 × 1 次" in text
    ask = Ask.objects.get()
    above.post(reverse("reports:table_send", args=[ask.id]), {"minutes": "10"})
    answer = ask.answers.get()
    assert "小结用表" in below.get(reverse("reports:tables")).content.decode()
    assert "1 张表" in below.get(reverse("home:today")).content.decode()
    below.post(reverse("reports:table_answer_begin", args=[answer.id]))
    url = reverse("reports:table_answer", args=[answer.id])
    said = {"value_0": "1", "value_1": "4", "source_1": "", "seen": "2", "_key": "0b6b5b0a-0000-4000-8000-000000000002"}
    assert "请写这个数从哪里来" in below.post(url, said).content.decode()
    below.post(url, said | {"source_1": "宣传台账", "_key": "0b6b5b0a-0000-4000-8000-000000000003"})
    text = unescape(above.get(ask.get_absolute_url()).content.decode())
    assert "宣传台账" in text
    assert "手填" in text
    assert f"/figures/cases.received/?unit={place['town'].id}" in text


def browser(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_same_number_is_asked_of_the_grassroots_once(place, land, put):
    first = sent(place)
    with pytest.raises(ValidationError, match="不再要第二次") as twice:
        actions.draft_ask(by=place["above"], unit=place["county"], asking=wanted(place))
    assert "半年小结用表" in twice.value.message_dict["columns"][0]
    assert actions.draft_ask(by=place["above"], unit=place["county"], asking=wanted(place, columns=["受理量"]))
    assert actions.draft_ask(by=place["above"], unit=place["county"], asking=wanted(place, units=[place["beside"]]))
    actions.end_ask(first, by=place["above"])
    assert actions.draft_ask(by=place["above"], unit=place["county"], asking=wanted(place))


def test_the_same_number_asked_by_another_unit_is_refused_without_its_title(place, land):
    office = make_unit("县水利局", place["county"], tier="department")
    team = make_unit("水利所", office, tier="team")
    by = make_actor(Role.STATISTICIAN, office)
    top = actions.draft_ask(by=place["above"], unit=place["county"], asking=wanted(place, units=[team]))
    low = actions.draft_ask(by=by, unit=office, asking=wanted(place, units=[team]))  # both are drafts still
    actions.send_ask(top, by=place["above"], minutes=queries.cost(top).minutes)
    with pytest.raises(Refused, match="别的单位要的表") as twice:
        actions.send_ask(low, by=by, minutes=queries.cost(low).minutes)
    assert top.title not in str(twice.value)
    assert not low.answers.exists()


def test_control_without_the_look_the_same_would_be_asked_twice(place, monkeypatch):
    sent(place)
    monkeypatch.setattr(queries, "asked_already", lambda *_args: [])
    assert sent(place).answers.count() == 1


def test_a_monthly_table_blocks_its_later_months_too(place):
    today = clock.today()
    month = Period.month(today.year, today.month)
    until = month.last + timedelta(days=75)
    sent(place, first=month.first, last=month.last, due=month.last + timedelta(days=5), repeats="month", until=until)
    later = month.last + timedelta(days=3)
    with pytest.raises(ValidationError, match="不再要第二次"):
        actions.draft_ask(
            by=place["above"], unit=place["county"], asking=wanted(place, first=later, last=later, due=later)
        )


def test_a_unit_cannot_ask_who_asks_it_nor_itself(place):
    sent(place)
    for unit in (place["county"], place["town"], place["beside"]):
        with pytest.raises(ValidationError, match="不是您下面"):
            actions.draft_ask(
                by=place["below"], unit=place["town"], asking=wanted(place, units=[unit], columns=["别的数"])
            )


def test_a_late_answer_is_taken_until_the_last_day_and_a_number_below_nothing_never(place, later):
    answer = sent(place).answers.get()
    later(days=20)
    actions.begin_answer(answer, by=place["below"])
    counted = answer.cells.get(column__position=0).counted
    with pytest.raises(ValidationError, match="不能是负数"):
        fill(answer, place["below"], 受理量=(counted, ""), 入户宣传次数=(-3, "台账"))
    answer.refresh_from_db()
    fill(answer, place["below"], 受理量=(counted, ""), 入户宣传次数=(3, "台账"))
    assert queries.summed(answer.ask)[0].sent == 1


def test_a_table_withdrawn_while_it_is_filled_takes_nothing_and_says_so(place):
    ask = sent(place)
    answer = ask.answers.get()
    actions.begin_answer(answer, by=place["below"])
    actions.end_ask(ask, by=place["above"])
    assert Message.objects.filter(event="asking", account=place["below"].id).count() == 2
    answer = queries.fetch_answer(place["below"], answer.id)
    with pytest.raises(PermissionDenied):
        fill(answer, place["below"], 受理量=(1, ""), 入户宣传次数=(3, "台账"))
    assert "不用再填" in unescape(browser(place["below"]).get(answer.get_absolute_url()).content.decode())


def test_a_time_opened_late_leaves_as_many_days_as_any_other(place, later):
    today = clock.today()
    month = Period.month(today.year, today.month)
    until = month.last + timedelta(days=120)
    ask = sent(
        place, first=month.first, last=month.last, due=month.last + timedelta(days=5), repeats="month", until=until
    )
    later(days=(month.last - today).days + 80)  # the worker stood still
    assert actions.open_rounds(ask.county) == 2
    assert all(clock.today() <= answer.due <= until for answer in ask.answers.exclude(first=month.first))


def merged(place, **facts):
    steward = make_actor(Role.STEWARD, place["county"], "业务")
    return merge_unit(by=steward, unit=place["beside"], into=place["town"], **facts)


def test_p16_what_a_merged_unit_still_had_to_answer_is_the_successors(place):
    alone = sent(place, units=[place["beside"]], columns=["开会次数"])
    both = sent(place, units=[place["town"], place["beside"]])
    answer = alone.answers.get()
    actions.begin_answer(answer, by=place["stranger"])
    merged(place)
    answer = queries.fetch_answer(place["below"], answer.id)
    assert (answer.unit, answer.state, answer.cells.count()) == (place["town"], "waiting", 0)
    assert "王家镇" in str(answer.steps.get(action="follow").reason)
    assert [one.unit for one in both.answers.all()] == [place["town"]]
    assert queries.merged_into(both.answers.get()) == [place["beside"]]
    assert queries.cost(both).units == 1


def test_p16_the_successors_numbers_hold_those_of_the_merged_unit(place, land, put):
    case = put(land, "closed")
    Case.objects.filter(id=case.id).update(unit=place["beside"])
    day = clock.today()
    both = sent(place, units=[place["town"], place["beside"]], first=day - timedelta(days=20), last=day)
    with clock.at(clock.now() + timedelta(days=2)):
        merged(place, on=clock.today())
        answer = both.answers.get()
        answer.unit.refresh_from_db()
        actions.begin_answer(answer, by=place["below"])
        counted = answer.cells.get(column__position=0).counted
        assert (
            counted
            == figures.count(["cases.received"], scope_of(place["county"], both.period))["cases.received"].value
            == 1
        )


def test_p16_what_was_sent_before_a_merger_stays_and_the_next_time_asks_the_successor(place, later):
    today = clock.today()
    month = Period.month(today.year, today.month)
    until = month.last + timedelta(days=75)
    ask = sent(
        place,
        units=[place["beside"]],
        columns=["受理量"],
        first=month.first,
        last=month.last,
        due=month.last + timedelta(days=5),
        repeats="month",
        until=until,
    )
    answer = ask.answers.get()
    actions.begin_answer(answer, by=place["stranger"])
    fill(answer, place["stranger"], 受理量=(answer.cells.get().counted, ""))
    merged(place)
    later(days=(month.last - today).days + 34)
    assert actions.open_rounds(ask.county) == 1
    assert [one.unit for one in ask.answers.order_by("first")] == [place["beside"], place["town"]]


def test_p16_tables_that_a_merged_unit_asked_for_are_the_successors(place):
    village = make_unit("一村", place["beside"])
    asker = make_actor(Role.STATISTICIAN, place["beside"])
    ask = actions.draft_ask(by=asker, unit=place["beside"], asking=wanted(place, units=[village]))
    actions.send_ask(ask, by=asker, minutes=queries.cost(ask).minutes)
    merged(place)
    assert queries.fetch_ask(place["below"], ask.id).unit == place["town"]
    assert [one.unit for one in ask.answers.all()] == [village]


def test_a_unit_that_moved_below_another_asked_one_is_not_counted_twice(place):
    ask = actions.draft_ask(
        by=place["above"], unit=place["county"], asking=wanted(place, units=[place["town"], place["beside"]])
    )
    type(place["beside"]).objects.filter(id=place["beside"].id).update(
        parent=place["town"], path=f"{place['town'].path}x1/"
    )
    assert queries.units_of(ask) == [place["town"]]
    type(place["town"]).objects.filter(id__in=[place["town"].id, place["beside"].id]).update(status="closed")
    with pytest.raises(Refused, match="停用"):
        actions.send_ask(ask, by=place["above"], minutes=queries.cost(ask).minutes)


def test_a_figure_that_is_no_more_does_not_break_the_page(place):
    ask = sent(place)
    ask.columns.filter(position=0).update(figure="cases.nothing")
    assert browser(place["above"]).get(ask.get_absolute_url()).status_code == 200
    assert browser(place["below"]).get(ask.answers.get().get_absolute_url()).status_code == 200
