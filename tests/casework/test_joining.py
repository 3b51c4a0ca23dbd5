"""Cases about the same matter: shown while typing, followed or merged with one click, undone, and nothing of others' cases told."""

from urllib.parse import urlencode

import pytest

from gongyi.casework import actions, queries
from gongyi.casework.actions.joining import followers_of, join_case, leave_case, merge_case, unmerge_case
from gongyi.casework.models import Case, CaseStep
from gongyi.casework.queries.portal import followed
from gongyi.core import clock, outbox
from gongyi.core.county import new_key
from gongyi.core.imports.runs import open_run
from gongyi.core.models import AuditDetail, ImportLine, ImportRun, Message
from gongyi.core.search import alike
from tests.casework.test_lists import browser
from tests.factories import refused

LEAK = "东湖路水管爆裂，李家村整条街停水三天了"
SAME = "李家村停水了，东湖路的水管爆裂没人修"


@pytest.fixture(autouse=True)
def nothing_known():
    alike._known.clear()


def opened(land, content=LEAK, **facts):
    return actions.open_case(**{"by": land.clerk, "unit": land.town, "type": land.enquiry, "content": content} | facts)


@pytest.fixture
def first(land):
    opened(land, "低保要带哪些材料，到哪里办")
    return opened(land)


def test_similar_open_case_is_shown_with_the_words_that_both_share(land, first):
    found = queries.similar(land.clerk, SAME)

    assert [row["key"] for row in found.rows] == [first.id]
    assert "水管爆裂" in found.rows[0]["more"]
    assert not found.elsewhere


@pytest.mark.parametrize("text", ["", "停水", "我想问一下高龄补贴每个月什么时候发"])
def test_what_is_short_or_other_is_like_nothing(land, first, text):
    assert queries.similar(land.clerk, text) == queries.Similar()


def test_of_another_units_case_only_the_sentence_is_told(land, first):
    page = browser(land.stranger).post("/cases/new/similar/", {"content": SAME}).content.decode()

    assert "另一单位有相似诉求，请问派单人。" in page
    assert first.number not in page
    assert "水管" not in page
    assert str(first.id) not in page


def test_of_a_tip_off_and_of_a_complaint_about_the_service_nothing_is_told(land):
    opened(land, type=land.tipoff)
    opened(land, about_unit=land.other)

    assert queries.similar(land.stranger, SAME) == queries.Similar()


def test_ones_own_is_shown_however_many_of_others_are_more_alike(land, first):
    for _i in range(14):
        opened(land, SAME, by=land.stranger, unit=land.other)

    found = queries.similar(land.clerk, SAME)

    assert [row["key"] for row in found.rows] == [first.id]
    assert found.elsewhere


def test_of_an_import_that_is_not_in_yet_nothing_is_told(land, first):
    run = open_run(by=land.clerk, kind="case", unit=land.town.id, source="x")
    ImportLine(run=run, kind="case", source="x", key="1", subject=first.id).save()
    ImportRun.objects.filter(id=run.id).update(state="running")

    assert queries.similar(land.stranger, SAME) == queries.similar(land.clerk, SAME) == queries.Similar()


def test_closed_case_is_not_shown(land, first):
    actions.decline_case(first, by=land.desk, reason=land.reasons["decline"])

    assert queries.similar(land.clerk, SAME) == queries.Similar()


def test_one_click_records_and_follows(land, first):
    client = browser(land.clerk)
    shown = client.post("/cases/new/similar/", {"content": SAME}).content.decode()
    assert f'name="follows" value="{first.id}"' in shown

    facts = {"content": SAME, "type": land.enquiry.id, "unit": land.town.id, "channel": "phone", "urgency": "normal"}
    key = "01234567-0123-8123-8123-012345678901"
    client.post(
        "/cases/new/", urlencode(facts | {"follows": first.id, "_key": key}), "application/x-www-form-urlencoded"
    )

    new = Case.objects.get(content=SAME)
    assert new.first == first
    assert [row.id for row in followers_of(land.clerk, first)] == [new.id]
    page = client.get(f"/cases/{new.id}/").content.decode()
    assert f'href="/cases/{first.id}/"' in page


@pytest.mark.parametrize("why", ["tip-off", "ended"])
def test_what_cannot_follow_is_said_and_the_words_stay(land, first, why):
    if why == "ended":
        actions.decline_case(first, by=land.desk, reason=land.reasons["decline"])
    kind = land.tipoff if why == "tip-off" else land.enquiry
    facts = {"content": SAME, "type": kind.id, "unit": land.town.id, "channel": "phone", "urgency": "normal"}
    facts |= {"follows": first.id, "_key": "01234567-0123-8123-8123-012345678901"}

    page = browser(land.clerk).post("/cases/new/", urlencode(facts), "application/x-www-form-urlencoded")

    assert page.status_code in {200, 422}
    assert ("举报要单独办" if why == "tip-off" else "在办件") in page.content.decode()
    assert SAME in page.content.decode()
    assert not Case.objects.filter(content=SAME).exists()


def test_a_case_that_one_may_not_see_cannot_be_followed(land, first):
    case = opened(land, by=land.stranger, unit=land.other, content=SAME)

    with refused("no_first"):
        join_case(case, by=land.stranger, first=first.number)


def test_resident_follows_the_first_case_in_their_words_alone(land, first):
    case = opened(land, SAME)
    join_case(case, by=land.clerk, first=first.number)
    actions.assign_case(first, by=land.desk, lead=land.town)
    case = Case.objects.get(id=case.id)

    told = followed(case)

    assert str(told["first"]["words"]) == "已交给承办单位"
    assert first.number not in str(told["events"])


def told(by) -> list[str]:
    return [str(text) for text in Message.objects.filter(account=by.id, event="first").values_list("text", flat=True)]


def test_handlers_of_what_follows_hear_what_became_of_the_first_case(land):
    first = opened(land, type=land.complaint)
    case, merged, alone = (opened(land, SAME, by=land.stranger, unit=land.other) for _i in range(3))
    actions.assign_case(first, by=land.desk, lead=land.town)
    Case.objects.filter(id__in=[case.id, merged.id]).update(first=first)
    Case.objects.filter(id=merged.id).update(state="closed", outcome="merged", closed_at=clock.now())
    actions.assign_case(alone, by=land.county_desk, lead=land.other)
    Case.objects.filter(id=case.id).update(lead=land.other)
    actions.sign_case(first, by=land.clerk)

    actions.answer_case(first, by=land.clerk, answer="修好了", outcome="solved")
    assert told(land.stranger) == [], "an answer that waits for approval is none yet"
    actions.approve_answer(first, by=land.lead)

    [words] = told(land.stranger)
    assert "有答复了" in words
    assert case.number in words
    assert first.number not in words


def test_handlers_hear_that_the_first_case_goes_no_further(land, first):
    case = opened(land, SAME)
    actions.assign_case(case, by=land.desk, lead=land.other)
    join_case(case, by=land.clerk, first=first.number)

    actions.decline_case(first, by=land.desk, reason=land.reasons["decline"])

    assert ["要自己办" in words for words in told(land.stranger)] == [True]


def test_askers_who_follow_are_told_of_the_answer_in_their_own_number(land, first, monkeypatch):
    said = {}
    monkeypatch.setattr(outbox, "tell_resident", lambda key, **facts: said.update({key: str(facts["text"])}))
    case, merged = opened(land, SAME), opened(land, SAME + "又说一次")
    join_case(case, by=land.clerk, first=first.number)
    merge_case(merged, by=land.desk, first=first.number)
    people = [new_key(land.county.county) for _i in range(2)]
    for one, who in zip((case, merged), people, strict=True):
        Case.objects.filter(id=one.id).update(resident=who)
    actions.assign_case(first, by=land.desk, lead=land.town)
    actions.sign_case(first, by=land.clerk)
    actions.answer_case(first, by=land.clerk, answer="修好了", outcome="solved")

    assert set(said) == set(people)
    assert merged.number in said[people[1]]
    assert first.number not in str(said)


def test_p3_one_that_follows_a_case_out_of_sight_does_not_lead_there(land, first):
    case, between = opened(land, "别的事"), opened(land, SAME)
    theirs = opened(land, by=land.stranger, unit=land.other)
    Case.objects.filter(id=between.id).update(first=theirs)

    with refused("no_first"):
        join_case(case, by=land.clerk, first=between.number)
    case.refresh_from_db()
    assert case.first is None


def test_following_is_undone_and_the_trace_stays(land, first):
    case = opened(land, SAME)
    join_case(case, by=land.clerk, first=first.number)
    leave_case(case, by=land.clerk, note="是另一条街")

    assert case.first is None
    assert list(CaseStep.objects.filter(case=case).order_by("seq").values_list("action", flat=True))[1:] == [
        "join",
        "leave",
    ]
    assert AuditDetail.objects.filter(field="first").count() == 2


def test_merged_case_ends_and_the_merger_is_undone(land, first):
    case = opened(land, SAME)
    merge_case(case, by=land.desk, first=first.number)

    assert (case.state, case.outcome, case.first) == ("closed", "merged", first)
    assert "rate" not in followed(case)["may"]

    unmerge_case(case, by=land.desk, note="不是同一处")

    assert (case.state, case.outcome, case.first, case.closed_at) == ("accepted", "", None, None)
    assert case.turn_unit == land.town


def test_no_chains_and_no_circles(land, first):
    second, third = opened(land, SAME), opened(land, SAME + "又说一次")
    join_case(second, by=land.clerk, first=first.number)

    join_case(third, by=land.clerk, first=second.number)
    assert third.first == first
    with refused("no_first"):
        join_case(first, by=land.clerk, first=third.number)
    with refused("no_first"):
        join_case(opened(land, "别的"), by=land.clerk, first="2026-9999")


def test_without_script_the_form_of_the_move_names_what_is_similar(land, first):
    case = opened(land, SAME)

    page = browser(land.clerk).get(f"/cases/{case.id}/join/").content.decode()

    assert first.number in page
    assert "相似的在办件" in page
