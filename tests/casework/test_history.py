"""What a correction changed stands in the timeline, field by field; of who asked only the fields' names."""

import pytest
from django.utils import translation

from gongyi.casework import actions, queries
from gongyi.casework.actions import AskerFacts
from gongyi.casework.models import Asker, CaseStep, Topic
from gongyi.core import audit, outbox
from gongyi.core.models import AuditDetail
from gongyi.core.secrets import unseal
from tests.casework.test_views import browser

OLD, NEW = AskerFacts(name="王小明", phone="13912345678", whom="family"), AskerFacts(name="王晓明", phone="13812340000")


@pytest.fixture
def case(land):
    return actions.open_case(
        by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了三天", title="路灯", asker=OLD
    )


def note(case) -> str:
    return queries.timeline(case)[-1].note


def correct(land, case, **facts):
    usual = {"content": case.content, "title": case.title, "channel": case.channel}
    return actions.correct_case(case, by=land.officer, **usual | facts)


def test_each_corrected_field_is_told_with_before_and_after(land, case):
    correct(land, case, content="路灯坏了两天", title="村口路灯", channel="counter", may_publish=True, why="听错了")

    assert note(case).splitlines() == [
        "听错了",
        "标题：路灯 → 村口路灯",
        "来源渠道：电话 → 来访",
        "诉求人同意公开答复：否 → 是",
        "诉求内容：路灯坏了三天 → 路灯坏了两天",
    ]


def test_control_what_stays_is_not_told(land, case):
    correct(land, case, title="村口路灯")

    assert note(case) == "标题：路灯 → 村口路灯"


def test_each_changed_category_is_told(land, case):
    topic = Topic(name="路灯", full_name="公共设施 / 路灯")
    topic.save()
    facts = {"type": land.complaint, "topic": topic, "area": land.village, "urgency": "urgent"}
    actions.recategorise(case, by=land.desk, **facts)

    assert note(case).splitlines() == [
        "诉求类型：咨询 → 投诉",
        "事项分类：没有写 → 公共设施 / 路灯",
        "所属区划：没有写 → 李家村",
        "急不急：一般 → 急事（水电气热等）",
    ]


def test_of_the_asker_the_fields_are_told_and_the_old_values_stay_sealed(land, case):
    row = Asker.objects.get(case=case)
    correct(land, case, asker=NEW)

    assert note(case) == "诉求人的信息改了：姓名、电话"
    kept = {d.field: d for d in AuditDetail.objects.filter(entry__action="asker.correct")}
    assert set(kept) == {"name", "phone"}
    assert "王小明" not in kept["name"].old
    assert unseal(kept["name"].old, f"casework.asker.name:{row.id}") == "王小明"
    assert Asker.objects.get(case=case).whom == "family"
    AuditDetail.objects.filter(entry__action="asker.correct").delete()
    assert audit.verify(case.county) == []


def test_a_page_shows_the_correction_and_no_number(land, case):
    correct(land, case, content="路灯坏了，请打13812340000", asker=NEW)

    page = browser(land.officer).get(f"/cases/{case.id}/").content.decode()
    assert "诉求人的信息改了" in page
    assert "13812340000" not in page


def test_what_happened_is_told_in_the_readers_language(land):
    with translation.override("zh-hans"):
        case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了三天")
        actions.accept_case(case, by=land.desk)
        actions.assign_case(case, by=land.desk, lead=land.town, co_units=[land.other], note="先看现场")
        actions.sign_case(case, by=land.clerk)
    with translation.override("en"):
        actions.contact_asker(case, by=land.clerk, note="No answer", reached=False)
        steps = {step.action: step for step in queries.timeline(case)}
        assert steps["assign"].note == "先看现场\nCo-units: 西山镇"
        assert steps["contact"].reason == "Not reached"
        assert (
            outbox.inbox(case.county, land.clerk.id)[0].text == f"A new case for you: please sign for it {case.number}"
        )
    with translation.override("zh-hans"):
        steps = {step.action: step for step in queries.timeline(case)}
        assert steps["contact"].reason == "没有联系上"
        assert outbox.inbox(case.county, land.clerk.id)[0].text == f"新派来的办件，请签收 {case.number}"


def test_a_line_without_a_person_names_the_asker_or_the_product(land, case):
    steps = {step.action: step for step in queries.timeline(case)}
    assert queries.who_did(steps["record"]).endswith(land.officer.name)
    for action, who in (("record", "诉求人"), ("add", "诉求人"), ("wake_due", "系统"), ("recompute", "系统")):
        assert queries.who_did(CaseStep(action=action, actor_label="routine")) == who
