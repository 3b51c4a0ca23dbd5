"""What a page is told: turn stamp, two clocks, Today, filters, one visit."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from gongyi.casework import actions, queries
from gongyi.casework.queries import Wanted
from gongyi.casework.workflow import CASE
from gongyi.core import clock


def opened(land, **facts):
    return actions.open_case(
        **{"by": land.officer, "unit": land.village, "type": land.enquiry, "content": "路灯坏了"} | facts
    )


def ids(rows):
    return [row.id for row in rows]


def test_turn_says_who_what_and_how_long(land):
    case = opened(land)
    assert queries.turn_of(case).words.startswith("等东湖镇派单 · 还剩")
    with clock.at(clock.now() + timedelta(days=30)):
        late = queries.turn_of(case)
    assert (late.tone, "超过" in late.words) == ("late", True)


def test_two_clocks_before_and_after_assignment(land):
    case = opened(land)
    assert [line["why"] for line in queries.clocks(case)] == ["resident"]
    actions.assign_case(case, by=land.desk, lead=land.town)
    assert [line["why"] for line in queries.clocks(case)] == ["resident", "unit"]


def test_why_ends_on_the_stored_day(land):
    case = actions.assign_case(opened(land), by=land.desk, lead=land.town)
    for which, due in (("resident", case.resident_due), ("unit", case.unit_due)):
        found = queries.why(case, which)
        assert found.lines[-1].day == due.astimezone(timezone.get_current_timezone()).date()
        assert not found.extended
    assert queries.why(opened(land), "unit") is None


def test_filters_narrow_the_list(land):
    first = opened(land)
    second = actions.assign_case(opened(land, type=land.complaint, content="垃圾没人收"), by=land.desk, lead=land.town)
    by = land.desk
    assert {c.id for c in queries.page(by, Wanted())[0]} == {first.id, second.id}
    assert ids(queries.page(by, Wanted(state="assigned"))[0]) == [second.id]
    assert ids(queries.page(by, Wanted(type=land.complaint.id))[0]) == [second.id]
    assert ids(queries.page(by, Wanted(text="垃圾"))[0]) == [second.id]
    assert ids(queries.page(by, Wanted(text=first.number))[0]) == [first.id]
    assert queries.page(by, Wanted(unit=land.other.id))[0] == []
    assert queries.page(by, Wanted(until=clock.today() - timedelta(days=1)))[0] == []
    assert queries.count(by, Wanted(state="assigned")) == 1


def test_same_phone_is_noticed_among_own_cases_only(land):
    asker = actions.AskerFacts(phone="138 1234 5678")
    case = opened(land, asker=asker)
    assert ids(queries.open_of_phone(land.officer, "+86 13812345678")) == [case.id]
    assert queries.open_of_phone(land.stranger, "13812345678") == []
    assert queries.open_of_phone(land.officer, "") == []


def test_unit_with_open_matters_cannot_be_closed(land):
    actions.assign_case(opened(land), by=land.desk, lead=land.town)
    assert queries.open_matters(land.town)
    assert queries.open_matters(land.other) == []


def test_handover_lines_name_numbers_not_people(land):
    case = actions.assign_case(opened(land, asker=actions.AskerFacts(name="刘大勇")), by=land.desk, lead=land.town)
    lines = list(queries.handover_lines(None, land.town))
    assert [line.text for line in lines] == [case.number]
    assert "刘" not in str(lines)


def test_every_line_of_the_timeline_has_an_icon_of_the_sprite():
    drawn = (settings.BASE / "gongyi" / "static" / "icons.svg").read_text()
    assert queries.STEP_ICONS.keys() == {move.action for move in CASE.moves} | {"record", "record_done", "import"}
    assert [name for name in queries.STEP_ICONS.values() if f'<symbol id="{name}"' not in drawn] == []
    assert len(set(queries.STEP_ICONS.values())) > 30
