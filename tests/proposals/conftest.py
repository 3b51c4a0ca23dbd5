"""A small county for proposals: office, two townships, a department, people of every role."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.promises.models import Line
from gongyi.proposals import actions
from gongyi.proposals.actions import AuthorFacts
from gongyi.proposals.models import Category, Cause, ResultClass
from gongyi.proposals.queries import JOINED
from tests.factories import make_actors, make_county, make_unit

CAUSES = {"refuse": "没有具体内容", "return": "不是本单位的职责", "extend": "要实地查看", "redo": "提出人不满意"}


@pytest.fixture
def land(db) -> SimpleNamespace:
    """County with desk, lead, supervisor; township with clerks and lead; a second township and a department that help."""
    county = make_county()
    town, other = make_unit("东湖镇", county), make_unit("西山镇", county)
    water = make_unit("水利局", county, tier="department")
    causes = {}
    for kind, text in CAUSES.items():
        causes[kind] = Cause(kind=kind, text=text, elsewhere="请补上建议再提。" if kind == "refuse" else "")
        causes[kind].save()
    classes = {}
    for code, follows in {"A": "done", "B": "promise", "D": "declined"}.items():
        classes[code] = ResultClass(code=code, name=f"第{code}类", follows=follows, since=clock.today())
        classes[code].save()
    category = Category(name="交通出行")
    category.save()
    people = make_actors(
        recorder=(Role.CLERK, county, "县办"),
        desk=(Role.DISPATCHER, county, "县派"),
        desk2=(Role.DISPATCHER, county, "县派二"),
        clerk=(Role.CLERK, town, "王办"),
        clerk2=(Role.CLERK, town, "钱办"),
        lead=(Role.LEAD, town, "赵审"),
        helper=(Role.CLERK, other, "周会"),
        separate=(Role.CLERK, water, "水办"),
        supervisor=(Role.SUPERVISOR, county, "吴督"),
        stranger=(Role.CLERK, make_unit("南山镇", county), "郑外"),
    )
    return SimpleNamespace(
        county=county, town=town, other=other, water=water, causes=causes, classes=classes, category=category, **people
    )


def opened(land, **facts):
    """A submitted proposal of one person."""
    given = {
        "by": land.recorder, "unit": land.county, "title": "在村口修一座桥", "analysis": "下雨天孩子绕行五里。", "suggestions": "修一座三米宽的小桥。",
        "authors": [AuthorFacts("刘大勇", "13812345678")],
    }  # fmt: skip
    return actions.open_proposal(**given | facts)


def act(one, action, by, **facts):
    """One move by this person, on a freshly read row."""
    return actions.ACTS[action](again(one), by=by, **facts)


def again(one):
    """The same as the database has it now."""
    return type(one).objects.select_related(*JOINED).get(id=one.id)


def assigned(land, **facts):
    """Filed and given to the township, with the second township to give its opinion unless said otherwise."""
    one = opened(land)
    act(one, "file", land.desk)
    act(one, "assign", land.desk, **{"lead": land.town, "co_units": [land.other], **facts})
    return again(one)


def answered(land, result="A", **facts):
    """Signed for, opinions given, answered and signed; waits for the rating."""
    one = assigned(land, **{"co_units": [], **facts})
    act(one, "sign", land.clerk)
    lines = [Line("桥修到河对岸", land.town, clock.today() + timedelta(days=90))] if result == "B" else []
    act(one, "answer", land.clerk, answer="桥已经修好。", result=land.classes[result], promises=lines)
    act(one, "approve", land.lead)
    return again(one)
