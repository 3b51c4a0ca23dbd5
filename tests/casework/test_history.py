"""What a correction changed stands in the timeline, field by field; of who asked only the fields' names."""

import pytest

from gongyi.casework import actions, queries
from gongyi.casework.actions import AskerFacts
from gongyi.casework.models import Asker, Topic
from gongyi.core import audit
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
