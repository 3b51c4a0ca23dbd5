"""Actions of the settings: defaults, the gate, who may, what stays."""

import tomllib
from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from gongyi.casework import queries
from gongyi.casework.actions import settings as actions
from gongyi.casework.forms.settings import RegisterForm, SpanField, TypeForm
from gongyi.casework.models import AnswerTemplate, CaseType, Reason, Register, Topic
from gongyi.core import clock, gate, numbering
from gongyi.core.access import NOBODY, Role, system_actor
from gongyi.core.county import bind, new_key
from gongyi.core.deadlines import ZONE, Calendar
from gongyi.core.models import AuditDetail, AuditEntry
from gongyi.people.actions import settings as own
from tests.factories import make_actor, make_county, make_unit, refused

pytestmark = pytest.mark.django_db
DATA = tomllib.loads(actions.DEFAULTS.read_text(encoding="utf-8"))
OFFICIALESE = ("请知悉", "特此", "予以", "相关", "进行了", "贵", "收悉", "妥善")


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def steward(county):
    return make_actor(Role.STEWARD, county)


@pytest.fixture
def filled(steward):
    actions.fill_defaults(by=steward)
    return steward


# --- defaults ---------------------------------------------------------------------------------------------------------


def test_fill_defaults_gives_a_new_county_what_it_needs_and_nothing_twice(county):
    by = system_actor("setup_county", county.county)
    made = actions.fill_defaults(by=by)
    assert made == {"types": 6, "reasons": 46, "topics": 16 + 75 + 183, "templates": 12}
    assert Register.objects.count() == 0
    assert actions.fill_defaults(by=by) == {"types": 0, "reasons": 0, "topics": 0, "templates": 0}
    assert AuditEntry.objects.filter(action="settings.defaults").count() == 1


def test_fill_defaults_leaves_what_the_county_changed(filled):
    reason = Reason.objects.filter(kind="park").first()
    actions.save_reason(by=filled, reason=reason, kind="park", text="等县里的会议定下来")
    actions.fill_defaults(by=filled)
    assert Reason.objects.filter(kind="park").count() == len(DATA["reasons"]["park"])


def test_fill_defaults_keeps_counties_apart(filled):
    other = make_county(999002, "西山县")
    with bind(other.county):
        actions.fill_defaults(by=system_actor("setup_county", other.county))
    assert CaseType.objects.filter(county=999001).count() == CaseType.objects.filter(county=999002).count() == 6
    assert not Topic.objects.filter(county=999002, parent__county=999001).exists()


def test_default_types_are_those_of_the_rule(filled):
    seen = {
        t.code: (t.answer_span, t.urgent_span, t.danger_span, t.needs_approval, t.separate_caller, t.call_share, t.hides_asker, t.is_public)
        for t in CaseType.objects.all()
    }  # fmt: skip
    assert seen == {
        "enquiry": ("3w", "24h", "2h", False, False, 30, False, True),
        "help": ("3w", "24h", "2h", False, False, 30, False, True),
        "complaint": ("13w", "24h", "2h", True, True, 100, False, True),
        "tipoff": ("13w", "24h", "2h", True, True, 30, True, False),
        "suggestion": ("13w", "24h", "2h", False, False, 30, False, True),
        "rights": ("15w", "24h", "2h", False, False, 0, False, False),
    }


def test_every_default_row_is_valid_and_passes_the_gate(filled):
    for row in [*CaseType.objects.all(), *Topic.objects.all(), *Reason.objects.all(), *AnswerTemplate.objects.all()]:
        row.full_clean()
    for name in [*Reason.objects.values_list("text", flat=True), *(t["title"] for t in DATA["templates"])]:
        assert gate.refused_name(name) is None, name
    for name in Topic.objects.values_list("name", flat=True):
        assert gate.refused_values([name]) is None, name
    assert [hit for row in DATA["templates"] for hit in gate.phrases(row["text"])] == []


def test_default_templates_leave_room_and_speak_plainly(filled):
    for row in DATA["templates"]:
        assert "【" in row["text"]
        assert [word for word in OFFICIALESE if word in row["text"]] == [], row["title"]
    assert AnswerTemplate.objects.get(title="举报：查过了").type.code == "tipoff"


@pytest.mark.parametrize("kind", Reason.Kind.values)
def test_every_kind_of_reason_has_four_to_eight(filled, kind):
    assert 4 <= Reason.objects.filter(kind=kind).count() <= 8


def test_default_topics_stand_on_three_levels_and_are_found_by_initials(filled):
    assert {n: Topic.objects.filter(level=n).count() for n in (1, 2, 3)} == {1: 16, 2: 75, 3: 183}
    topic = Topic.objects.get(full_name="道路交通 / 农村道路 / 路面破损")
    assert topic.initials == "lmps"
    assert topic in queries.find_topics(999001, "lmps")


# --- types and limits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("span", ["24h", "7d", "13w", "3m", "3650d"])
def test_a_limit_goes_round_through_the_form_unchanged(span):
    field = SpanField(required=True)
    assert field.clean([str(part) for part in field.widget.decompress(span)]) == span


@pytest.mark.parametrize(
    "typed", [["0", "w"], ["-1", "w"], ["3651", "d"], ["两", "w"], ["3", "x"], ["", "w"], ["3", ""]]
)
def test_a_limit_that_makes_no_sense_is_asked_again(typed):
    with pytest.raises(ValidationError):
        SpanField(required=True).clean(typed)


def test_save_type_stores_limits_and_says_what_changed(filled):
    row = CaseType.objects.get(code="help")
    actions.save_type(by=filled, type=row, answer_span="5w", call_share=50)
    row.refresh_from_db()
    assert (row.answer_span, row.call_share) == ("5w", 50)
    entry = AuditEntry.objects.get(action="settings.type", subject=row.id)
    assert entry.label == "求助"
    assert set(AuditDetail.objects.filter(entry=entry).values_list("field", "old", "new")) == {
        ("answer_span", "3w", "5w"),
        ("call_share", "30", "50"),
    }


def test_save_type_without_change_writes_no_audit_row(filled):
    row = CaseType.objects.get(code="help")
    actions.save_type(by=filled, type=row, answer_span="3w")
    assert not AuditEntry.objects.filter(subject=row.id).exists()


def test_save_type_makes_new_ones_with_a_code_of_their_own(filled):
    one, two = (actions.save_type(by=filled, name=name) for name in ("报修", "表扬"))
    assert (one.code, two.code) == ("own7", "own8")
    assert [t.name for t in queries.types(999001)][-2:] == ["报修", "表扬"]


@pytest.mark.parametrize("fact", ["code", "county", "active", "id"])
def test_save_type_takes_no_other_facts(filled, fact):
    with pytest.raises(TypeError):
        actions.save_type(by=filled, name="报修", **{fact: "x"})


@pytest.mark.parametrize(
    "facts", [{"answer_span": "soon"}, {"call_share": 101}, {"hides_asker": True}, {"name": "咨询"}]
)
def test_save_type_refuses_wrong_facts(filled, facts):
    with pytest.raises(ValidationError):
        actions.save_type(by=filled, **{"name": "报修", **facts})


def test_preview_says_the_day(filled):
    with clock.at(datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)):
        words = TypeForm.of(None, CaseType.objects.get(code="complaint")).preview(Calendar({}))
    assert words == [
        "今天登记的事，最晚 12 月 10 日（周四）答复。",
        "现在登记的急事，最晚 11 月 24 日（周二）09:30 答复。",
        "现在登记的危急的事，最晚 11 月 23 日（周一）11:30 答复。",
    ]


def test_the_last_type_cannot_be_retired(filled):
    *others, last = CaseType.objects.all()
    for row in others:
        actions.set_offered(row, by=filled, offered=False)
    with refused("last_type"):
        actions.set_offered(last, by=filled, offered=False)
    assert list(queries.types(999001)) == [last]


# --- topics -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def branch(steward):
    roads = actions.save_topic(by=steward, name="道路")
    village = actions.save_topic(by=steward, name="村道", parent=roads)
    return roads, village, actions.save_topic(by=steward, name="路灯", parent=village)


def test_save_topic_keeps_the_way_down_and_the_initials(branch):
    assert [(t.level, t.full_name, t.initials) for t in branch] == [
        (1, "道路", "dl"),
        (2, "道路 / 村道", "cd"),
        (3, "道路 / 村道 / 路灯", "ld"),
    ]


def test_a_renamed_topic_renames_the_way_to_those_below(steward, branch):
    roads, _village, lamp = branch
    actions.save_topic(by=steward, topic=roads, name="交通")
    lamp.refresh_from_db()
    assert lamp.full_name == "交通 / 村道 / 路灯"


def test_a_moved_topic_takes_those_below_along(steward, branch):
    _roads, village, lamp = branch
    actions.save_topic(by=steward, topic=village, name="村道", parent=None)
    lamp.refresh_from_db()
    assert (lamp.full_name, lamp.level) == ("村道 / 路灯", 2)


def test_a_topic_stands_neither_below_itself_nor_below_the_third_level(steward, branch):
    roads, village, lamp = branch
    for topic, parent in [
        (roads, village),
        (roads, roads),
        (None, lamp),
        (roads, actions.save_topic(by=steward, name="水")),
    ]:
        with pytest.raises(ValidationError) as caught:
            actions.save_topic(by=steward, topic=topic, name="路", parent=parent)
        assert "parent" in caught.value.message_dict
    roads.refresh_from_db()
    assert roads.parent is None


def test_a_retired_topic_is_not_offered_nor_are_those_below_and_both_come_back(steward, branch):
    roads, village, lamp = branch
    actions.set_offered(lamp, by=steward, offered=False)
    actions.set_offered(roads, by=steward, offered=False)
    assert queries.find_topics(999001, "") == []
    actions.set_offered(roads, by=steward, offered=True)
    assert queries.find_topics(999001, "") == [roads, village]  # the lamp was retired for itself
    actions.set_offered(Topic.objects.get(id=lamp.id), by=steward, offered=True)
    assert lamp in queries.find_topics(999001, "")


def test_a_topic_below_a_retired_one_starts_retired(steward, branch):
    roads, village, _lamp = branch
    actions.set_offered(roads, by=steward, offered=False)
    made = actions.save_topic(by=steward, name="桥", parent=Topic.objects.get(id=village.id))
    assert not Topic.objects.get(id=made.id).active


def test_two_topics_of_one_name_cannot_stand_side_by_side(steward, branch):
    with pytest.raises(ValidationError) as caught:
        actions.save_topic(by=steward, name="道路")
    assert caught.value.messages == ["这一级已经有同名的分类，可能已停用；停用的可以恢复。"]


# --- the gate ---------------------------------------------------------------------------------------------------------


def _save(what, by, name):
    return {
        "type": lambda: actions.save_type(by=by, name=name),
        "topic": lambda: actions.save_topic(by=by, name=name),
        "reason": lambda: actions.save_reason(by=by, kind="park", text=name),
        "template": lambda: actions.save_template(by=by, title=name, text="您好。"),
        "register": lambda: actions.set_register(by=by, unit=make_unit(), mark=name),
    }[what]()


NAMES = [
    ("type", "信教群众"),
    ("topic", "回族"),
    ("reason", "少数民族户"),
    ("template", "给党员的答复"),
    ("register", "民族户"),
]


@pytest.mark.parametrize(("what", "name"), NAMES)
def test_the_gate_refuses_names_that_sort_persons(steward, what, name):
    with pytest.raises(ValidationError) as caught:
        _save(what, steward, name)
    assert "不收集" in caught.value.messages[0]


@pytest.mark.parametrize(("what", "name"), NAMES)
def test_without_the_gate_such_names_would_be_stored(steward, monkeypatch, what, name):
    monkeypatch.setattr(gate, "check_name", lambda _name: None)
    monkeypatch.setattr(gate, "check_dictionary", lambda _names: None)
    assert _save(what, steward, name).id


def test_a_topic_about_an_office_is_a_topic(steward):
    assert actions.save_topic(by=steward, name="民族宗教事务").active


def test_a_template_text_is_never_refused(steward):
    assert actions.save_template(by=steward, title="低保", text="请带上身份证号。").text == "请带上身份证号。"


# --- reasons, templates, order ----------------------------------------------------------------------------------------


def test_retired_rows_are_no_longer_offered_and_come_back(filled):
    reason, template = Reason.objects.filter(kind="void").first(), AnswerTemplate.objects.first()
    for row in (reason, template):
        actions.set_offered(row, by=filled, offered=False)
    assert reason not in queries.reasons(999001, "void")
    assert not AnswerTemplate.objects.get(id=template.id).active
    actions.set_offered(reason, by=filled, offered=True)
    assert reason in queries.reasons(999001, "void")


def test_shift_moves_a_row_past_its_neighbour_in_use(filled):
    first, second, third, *_rest = before = list(queries.reasons(999001, "redo"))
    actions.set_offered(second, by=filled, offered=False)
    actions.shift(third, by=filled, up=True)
    assert list(queries.reasons(999001, "redo"))[:2] == [third, first]
    actions.shift(third, by=filled, up=True)  # it is the first already
    actions.shift(third, by=filled, up=False)
    actions.set_offered(Reason.objects.get(id=second.id), by=filled, offered=True)
    assert set(queries.reasons(999001, "redo")) == set(before)
    assert queries.reasons(999001, "redo").first() == first
    assert queries.reasons(999001, "extend").first().text == DATA["reasons"]["extend"][0]


def test_a_reason_stands_once_in_its_kind(filled):
    with pytest.raises(ValidationError):
        actions.save_reason(by=filled, kind="void", text=DATA["reasons"]["void"][0])
    assert actions.save_reason(by=filled, kind="park", text=DATA["reasons"]["void"][0]).position == 7


# --- registers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "kept"), [("东湖", "东湖"), (" dh ", "DH"), ("ＤＨ２", "DH2")])
def test_set_register_keeps_a_clean_mark(steward, typed, kept):
    assert actions.set_register(by=steward, unit=make_unit(), mark=typed).mark == kept


@pytest.mark.parametrize("mark", ["", "东湖镇人民政府信访", "东-湖", "东 湖", "东\n湖", "a_b"])
def test_set_register_refuses_other_marks(steward, mark):
    with pytest.raises(ValidationError):
        actions.set_register(by=steward, unit=make_unit(), mark=mark)


def test_a_mark_belongs_to_one_unit_and_a_unit_has_one(steward):
    one, two = make_unit("李家镇"), make_unit("王家镇")
    actions.set_register(by=steward, unit=one, mark="甲")
    with pytest.raises(ValidationError) as caught:
        actions.set_register(by=steward, unit=two, mark="甲")
    assert caught.value.messages == ["别的单位已经用了这个前缀。"]
    actions.set_register(by=steward, unit=one, mark="乙")
    assert [r.mark for r in Register.objects.all()] == ["乙"]


def test_a_mark_used_again_counts_on(steward):
    unit = make_unit()

    def number():
        return numbering.next_number(county=999001, series=Register.objects.get().mark, subject=new_key(999001))

    register = actions.set_register(by=steward, unit=unit, mark="甲")
    first = number()
    actions.remove_register(register, by=steward)
    actions.set_register(by=steward, unit=unit, mark="甲")
    assert (first[-4:], number()[-4:]) == ("0001", "0002")


def test_an_existing_register_keeps_its_unit(steward):
    row, other = actions.set_register(by=steward, unit=make_unit("李家镇"), mark="甲"), make_unit("王家镇")
    form = RegisterForm({"mark": "乙", "unit": str(other.id)}, row=row)
    assert form.is_valid()
    assert form.cleaned_data["unit"] == row.unit


# --- who may ----------------------------------------------------------------------------------------------------------


def _writes_on_rows(by):
    """Every action on something that stands in county 999001 already."""
    topic, reason = Topic.objects.filter(county=999001).first(), Reason.objects.filter(county=999001).first()
    kind = CaseType.objects.filter(county=999001).first()
    template, register = AnswerTemplate.objects.filter(county=999001).first(), Register.objects.get()
    return [
        lambda: actions.save_type(by=by, type=kind, answer_span="9w"),
        lambda: actions.save_topic(by=by, topic=topic, name="新名称"),
        lambda: actions.save_reason(by=by, reason=reason, kind="park", text="等文件"),
        lambda: actions.save_template(by=by, template=template, title="旧模板", text="您好。"),
        lambda: actions.set_offered(topic, by=by, offered=False),
        lambda: actions.set_offered(reason, by=by, offered=False),
        lambda: actions.shift(reason, by=by, up=False),
        lambda: actions.set_register(by=by, unit=register.unit, mark="新"),
        lambda: actions.remove_register(register, by=by),
    ]


def _new_rows(by):
    return [
        lambda: actions.fill_defaults(by=by),
        lambda: actions.save_type(by=by, name="报修"),
        lambda: actions.save_topic(by=by, name="新分类"),
        lambda: actions.save_reason(by=by, kind="park", text="等通知"),
        lambda: actions.save_template(by=by, title="新模板", text="您好。"),
    ]


@pytest.fixture
def people(county, filled):
    actions.set_register(by=filled, unit=county, mark="甲")
    return {
        "clerk": make_actor(Role.CLERK, county),
        "township steward": make_actor(Role.STEWARD, make_unit("东湖镇", county)),
        "other county's steward": make_actor(Role.STEWARD, make_county(999002, "西山县")),
        "stranger": NOBODY,
        "stranger on a page": system_actor("", 999001),
    }


def _denied(writes):
    before = list(AuditEntry.objects.values_list("seq", flat=True))
    for write in writes:
        with pytest.raises(PermissionDenied):
            write()
    assert list(AuditEntry.objects.values_list("seq", flat=True)) == before


@pytest.mark.parametrize("who", ["clerk", "township steward", "stranger", "stranger on a page"])
def test_only_the_countys_steward_changes_its_settings(people, who):
    _denied([*_new_rows(people[who]), *_writes_on_rows(people[who])])


def test_another_countys_steward_cannot_touch_a_row_of_this_one(people):
    _denied(_writes_on_rows(people["other county's steward"]))


def test_without_the_check_a_clerk_could_write(people, monkeypatch):
    monkeypatch.setattr(own, "require_editor", lambda *_row, by: None)
    for write in [*_new_rows(people["clerk"]), *_writes_on_rows(people["clerk"])]:
        write()


def test_without_the_check_another_county_could_write(people, monkeypatch):
    monkeypatch.setattr(own, "require_editor", lambda *_row, by: None)
    topic = Topic.objects.filter(county=999001).first()
    assert actions.save_topic(by=people["other county's steward"], topic=topic, name="别的").name == "别的"


def test_two_topics_of_the_first_level_never_share_a_name(county):
    facts = {"county": 999001, "name": "路灯", "full_name": "路灯", "level": 1, "position": 99}
    Topic.objects.create(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Topic.objects.create(**facts)
