"""热点: found for the county, seen by each as in their list, ruled by officers, and what is ruled sticks."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.test import Client

from gongyi.casework import actions
from gongyi.casework.actions import matters
from gongyi.casework.models import Case, Matter, MatterCase, MatterRuling, MatterRun, MatterSide
from gongyi.casework.queries import matters as queries
from gongyi.core import clock, schedule
from gongyi.core.access import Role
from gongyi.core.models import AuditEntry
from gongyi.people.models import Account
from tests.factories import make_actor, make_unit, refused

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LAMPS = [
    "石桥村三组的路灯坏了半年没人修,晚上黑灯瞎火",
    "石桥村三组路灯一直不亮,老人晚上出门摔跤",
    "石桥村三组的路灯又坏了,什么时候来修",
]
WATER = ["青柳湾小区自来水停水三天了", "青柳湾小区又停水,自来水什么时候恢复"]


def browser(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend=BACKEND)
    return client


def open_at(land, unit, by, words, **facts) -> Case:
    return actions.open_case(by=by, unit=unit, type=land.enquiry, content=words, title=words[:20], **facts)


@pytest.fixture
def lamps(land) -> list[Case]:
    """Three about one thing, in the township's hands."""
    return [open_at(land, land.town, land.clerk, words) for words in LAMPS]


def period():
    return queries.days(90)


def seen(by) -> list[set]:
    return [{member.case for member in group.members} for group in queries.groups(by, *period())[0]]


def search(land) -> int:
    return matters.search_by_night(land.county.county)


def only(land) -> Matter:
    return Matter.objects.get(county=land.county.county)


def test_what_belongs_together_is_found_by_night_and_found_again_the_same(land, lamps):
    other = open_at(land, land.town, land.clerk, "养老保险断缴以后怎么补缴")
    assert search(land) == 1
    assert seen(land.clerk) == [{case.id for case in lamps}]
    matter, rows = only(land).id, set(MatterCase.objects.values_list("id", flat=True))
    assert search(land) == 1
    assert only(land).id == matter
    assert set(MatterCase.objects.values_list("id", flat=True)) == rows
    assert not MatterCase.objects.filter(case=other).exists()


def test_a_group_tells_label_places_days_people_and_weeks(land, lamps):
    Case.objects.filter(id=lamps[0].id).update(recorded_at=clock.now() - timedelta(days=14))
    search(land)
    (group,) = queries.groups(land.clerk, *period())[0]
    assert "石桥村" in group.title
    assert "路灯" in group.title
    assert group.about.places
    assert (group.number, group.people) == (3, 3)
    assert [number for _day, number in group.weeks] == [1, 0, 2]
    assert len(group.bars) == 3


def test_p3_p4_each_sees_only_what_stands_in_their_list_and_counts_of_that(land, lamps):
    theirs = [open_at(land, land.other, land.stranger, words) for words in LAMPS[:2]]
    search(land)
    assert MatterCase.objects.filter(case__in=[*lamps, *theirs]).values("matter").distinct().count() == 1
    assert seen(land.clerk) == [{case.id for case in lamps}]
    assert seen(land.stranger) == [{case.id for case in theirs}]
    group, rows = queries.fetch_matter(land.stranger, MatterCase.objects.get(case=theirs[0]).matter_id)
    assert (group.number, len(rows)) == (2, 2)
    assert seen(land.officer) == []


def test_p3_a_group_of_which_one_sees_fewer_than_two_is_not_there(land, lamps):
    open_at(land, land.other, land.stranger, LAMPS[0])
    search(land)
    assert seen(land.stranger) == []
    with pytest.raises(Http404):
        queries.fetch_matter(land.stranger, only(land).id)
    assert browser(land.stranger).get(f"/cases/hot/{only(land).id}/").status_code == 404
    assert browser(land.clerk).get(f"/cases/hot/{only(land).id}/").status_code == 200


def test_p7_who_reads_no_cases_has_no_page(land, lamps):
    search(land)
    steward = make_actor(Role.STEWARD, land.county, "郑设")
    assert browser(steward).get("/cases/hot/").status_code == 403


def test_d5_names_of_askers_do_not_make_a_matter_nor_its_label(land):
    asker = actions.AskerFacts(name="欧阳石桥", phone="13812340000")
    for words in ("欧阳石桥说路灯坏了", "欧阳石桥家停水"):
        open_at(land, land.town, land.clerk, words, asker=asker)
    _keys, said = queries.texts(land.county.county, *(clock.now() + timedelta(days=n) for n in (-1, 1)), 100)
    assert not any("欧阳石桥" in text for one in said for text in one)


def test_one_trouble_in_two_villages_is_two_groups_also_where_only_the_place_of_the_case_tells(land):
    cases = [
        open_at(land, land.town, land.clerk, "自来水又黄又有泥沙", area=area) for area in (land.village, land.village)
    ]
    hamlet = make_unit("石桥村", land.town)
    cases += [open_at(land, land.town, land.clerk, "自来水又黄又有泥沙", area=hamlet) for _twice in range(2)]
    search(land)
    assert sorted(map(len, seen(land.clerk))) == [2, 2]
    assert {case.id for case in cases[:2]} in seen(land.clerk)


def test_people_are_counted_once_only_where_the_reader_may_know_it(land):
    asker = actions.AskerFacts(name="张三", phone="13812340000")
    for words in LAMPS:
        open_at(land, land.town, land.clerk, words, asker=asker)
    search(land)
    assert queries.groups(land.clerk, *period())[0][0].people == 1
    assert queries.groups(land.supervisor, *period())[0][0].people == 3


def test_a_split_sticks_over_the_next_searches_and_can_be_taken_back(land, lamps):
    search(land)
    ruling = matters.split_matter(only(land).id, by=land.clerk, away=[lamps[2].id])
    for _again in range(2):
        assert seen(land.clerk) == [{lamps[0].id, lamps[1].id}]
        search(land)
    matters.undo_ruling(queries.fetch_ruling(land.clerk, ruling.id), by=land.clerk)
    assert seen(land.clerk) == [{case.id for case in lamps}]
    search(land)
    assert seen(land.clerk) == [{case.id for case in lamps}]


def test_negative_control_without_its_sides_a_split_would_not_stick(land, lamps):
    search(land)
    matters.split_matter(only(land).id, by=land.clerk, away=[lamps[2].id])
    MatterSide.objects.all().delete()
    search(land)
    assert seen(land.clerk) == [{case.id for case in lamps}]


def test_two_halves_of_a_split_are_two_groups(land):
    cases = [open_at(land, land.town, land.clerk, words) for words in (*LAMPS, LAMPS[0])]
    search(land)
    matters.split_matter(only(land).id, by=land.clerk, away=[cases[0].id, cases[3].id])
    search(land)
    assert sorted(map(len, seen(land.clerk))) == [2, 2]


def test_a_dissolved_group_stays_dissolved_and_undo_brings_it_back(land, lamps):
    search(land)
    ruling = matters.dissolve_matter(only(land).id, by=land.lead)
    search(land)
    assert seen(land.clerk) == []
    matters.undo_ruling(queries.fetch_ruling(land.lead, ruling.id), by=land.lead)
    assert seen(land.clerk) == [{case.id for case in lamps}]
    with pytest.raises(Http404):
        matters.undo_ruling(ruling, by=land.lead)


def test_a_confirmed_group_stays_together_whatever_the_words_become(land, lamps):
    search(land)
    matters.confirm_matter(only(land).id, by=land.clerk)
    Case.objects.filter(id=lamps[2].id).update(title="养老保险", content="断缴以后怎么补缴养老保险")
    search(land)
    assert seen(land.clerk) == [{case.id for case in lamps}]
    assert queries.groups(land.clerk, *period())[0][0].confirmed


def test_a_later_ruling_wins_where_two_contradict(land, lamps):
    search(land)
    matter = only(land).id
    matters.confirm_matter(matter, by=land.clerk)
    matters.split_matter(matter, by=land.lead, away=[lamps[2].id])
    search(land)
    assert seen(land.clerk) == [{lamps[0].id, lamps[1].id}]


def test_every_ruling_says_who_and_when_and_is_audited(land, lamps):
    search(land)
    matters.confirm_matter(only(land).id, by=land.clerk)
    ruling = MatterRuling.objects.get()
    assert (ruling.account, ruling.what) == (land.clerk.id, "confirm")
    assert AuditEntry.objects.filter(action="matter.confirm", subject=only(land).id, actor=land.clerk.id).count() == 1


def test_p3_a_ruling_reaches_only_what_its_officer_sees(land, lamps):
    theirs = [open_at(land, land.other, land.stranger, words) for words in LAMPS[:2]]
    search(land)
    matters.dissolve_matter(only(land).id, by=land.stranger)
    assert not MatterSide.objects.filter(case__in=lamps).exists()
    assert MatterSide.objects.filter(case__in=theirs).count() == 2
    assert seen(land.clerk) == [{case.id for case in lamps}]
    with pytest.raises(Http404):
        queries.fetch_ruling(land.clerk, MatterRuling.objects.get().id)


def test_splitting_off_none_or_all_is_refused_with_a_sentence(land, lamps):
    search(land)
    for away in ([], [case.id for case in lamps]):
        with refused("none"):
            matters.split_matter(only(land).id, by=land.clerk, away=away)


def test_a_search_that_was_asked_for_is_done_by_the_worker_with_progress(land, lamps):
    since, until = period()
    run = matters.ask_run(by=land.clerk, since=since, until=until)
    assert matters.ask_run(by=land.clerk, since=since, until=until).id == run.id
    assert matters.search_waiting(land.county.county) == 1
    run.refresh_from_db()
    assert (run.share, run.ended_at is not None) == (100, True)
    with refused("period"):
        matters.ask_run(by=land.clerk, since=since - timedelta(days=900), until=until)


def test_a_search_that_is_cut_off_keeps_nothing_and_begins_anew(land, lamps, monkeypatch):
    monkeypatch.setattr(schedule, "stopping", lambda: True)
    assert search(land) == 0
    assert not Matter.objects.exists()
    assert MatterRun.objects.get().ended_at is None
    monkeypatch.undo()
    assert matters.search_waiting(land.county.county) == 1
    assert seen(land.clerk) == [{case.id for case in lamps}]


def test_what_is_ruled_while_a_search_runs_stands(land, lamps, monkeypatch):
    search(land)
    matter = only(land).id
    found = matters.find_matters

    def ruled_meanwhile(*args, **facts):
        result = found(*args, **facts)
        matters.split_matter(matter, by=land.clerk, away=[lamps[2].id])
        return result

    monkeypatch.setattr(matters, "find_matters", ruled_meanwhile)
    search(land)
    assert seen(land.clerk) == [{lamps[0].id, lamps[1].id}]


def test_void_cases_leave_their_group(land, lamps):
    search(land)
    Case.objects.filter(id=lamps[2].id).update(state="void")
    search(land)
    assert seen(land.clerk) == [{lamps[0].id, lamps[1].id}]


def test_the_page_lists_opens_rules_and_takes_back(land, lamps):
    client = browser(land.clerk)
    assert "还没有找过" in client.get("/cases/hot/").content.decode()
    search(land)
    page = client.get("/cases/hot/").content.decode()
    assert "石桥村" in page
    assert "3 件" in page
    assert " – " not in page.split("item-meta")[1].split("</p>")[0]  # all of one day: the day once
    matter = only(land).id
    inside = client.get(f"/cases/hot/{matter}/").content.decode()
    assert all(str(case.id) in inside for case in lamps)
    key = inside.split('name="_key" value="')[1][:36]
    sent = {"_key": key, "away": [str(lamps[2].id)]}
    assert client.post(f"/cases/hot/{matter}/split/", sent).status_code == 302
    assert client.post(f"/cases/hot/{matter}/split/", sent).status_code == 302  # the same form again does nothing more
    assert MatterRuling.objects.count() == 1
    listed = client.get("/cases/hot/").content.decode()
    assert "2 件" in listed
    undo = listed.split("/undo/")[1].split('name="_key" value="')[1][:36]
    ruling = MatterRuling.objects.get().id
    assert client.post(f"/cases/hot/rulings/{ruling}/undo/", {"_key": undo}).status_code == 302
    assert seen(land.clerk) == [{case.id for case in lamps}]


def test_splitting_without_a_tick_keeps_the_page_and_says_what_to_do(land, lamps):
    search(land)
    client, matter = browser(land.clerk), only(land).id
    key = client.get(f"/cases/hot/{matter}/").content.decode().split('name="_key" value="')[1][:36]
    answer = client.post(f"/cases/hot/{matter}/split/", {"_key": key})
    assert answer.status_code == 200
    assert "请勾上另一件事的那几件" in answer.content.decode()


def test_asking_for_a_search_shows_that_it_waits(land, lamps):
    client = browser(land.clerk)
    key = client.get("/cases/hot/").content.decode().split('name="_key" value="')[1][:36]
    since, until = period()
    answer = client.post("/cases/hot/search/", {"_key": key, "since": str(since), "until": str(until)}, follow=True)
    assert "正在后台找" in answer.content.decode()


def test_the_list_asks_the_same_number_of_questions_for_one_group_and_many(land, django_assert_max_num_queries):
    for place in "东西南北":
        for words in WATER:
            open_at(land, land.town, land.clerk, words.replace("青柳湾", f"{place}柳湾{place}"))
    search(land)
    with django_assert_max_num_queries(8):
        queries.groups(land.clerk, *period())
