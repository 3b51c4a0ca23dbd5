"""Accounts come in from a table by invitation: no password in a file, no second account for a person, out again while unused."""

import pytest

from gongyi.core import imports
from gongyi.core.access import Role
from gongyi.people.models import Account, Grant, Invitation
from tests.casework.importing import take
from tests.factories import make_account, make_actor, make_county, make_unit, refused

HEAD = ["姓名", "登录名", "单位", "角色", "到哪天止"]


@pytest.fixture
def town(db):
    return make_unit("东湖镇", make_county())


@pytest.fixture
def by(town):
    return make_actor(Role.ACCOUNT_MANAGER, town, "管账号")


def problems(by, town, *rows) -> list[tuple[int, str]]:
    kind = imports.KINDS["accounts"]
    draft = imports.first_draft(kind, [imports.Sheet("", [HEAD, *rows])], "", town.county)
    plan = imports.make_plan(kind, draft, by=by, unit=town.id, source="")
    return [(line["row"], line["column"]) for line in imports.problems(kind, plan.wrong)]


def test_people_are_invited_with_their_role_and_taken_back(town, by):
    rows = [["李小红", "LiXiaohong", "东湖镇", "经办", ""], ["王大勇", "wangdayong", "东湖镇", "派单员", "2099/12/31"]]
    run = take(by, town, *rows, head=HEAD, kind="accounts")
    assert run.created == 2
    account = Account.objects.get(username="lixiaohong")
    assert not account.has_usable_password()
    assert (Grant.objects.get(account=account).role, Invitation.objects.filter(account=account).count()) == ("clerk", 1)
    assert take(by, town, *rows, head=HEAD, kind="accounts").recognised == 2
    imports.undo(run, by=by)
    assert set(Account.objects.values_list("name", flat=True)) == {"管账号"}


def test_an_account_that_was_used_stays(town, by):
    run = take(by, town, ["李小红", "lixiaohong", "东湖镇", "经办", ""], head=HEAD, kind="accounts")
    Invitation.objects.update(used_at=run.ended_at)
    with refused("touched"):
        imports.undo(run, by=by)


def test_a_password_in_a_file_is_refused(by):
    kind = imports.KINDS["accounts"]
    for heading in ("初始密码", "Password", "登录口令"):
        with refused("secret_column"):
            imports.check_entrance(kind, [imports.Sheet("", [[*HEAD, heading], ["a"]])], "人员.xlsx")


def test_what_is_wrong_with_a_row_is_told(town, by):
    make_unit("西山镇")
    make_actor(Role.CLERK, town, "李小红")
    assert problems(by, town, ["李小红", "li2", "东湖镇", "经办", ""]) == [(2, "姓名")]
    assert problems(by, town, ["", "li2", "东湖镇", "经办", ""]) == [(2, "姓名")]
    assert problems(by, town, ["王", "王", "东湖镇", "经办", ""]) == [(2, "登录名")]
    assert problems(by, town, ["王", "wang", "西山镇", "经办", ""]) == [(2, "单位")]
    assert problems(by, town, ["王", "wang", "东湖镇", "皇帝", ""]) == [(2, "角色")]
    assert problems(by, town, ["王", "wang", "东湖镇", "经办", "明年"]) == [(2, "到哪天止")]
    assert problems(by, town, ["王", "wang", "东湖镇", "经办", ""], ["王", "wang2", "东湖镇", "经办", ""]) == [
        (3, "姓名")
    ]


def test_only_account_managers_import_accounts(town):
    kind = imports.KINDS["accounts"]
    assert not kind.may(make_actor(Role.STEWARD, town), None)
    assert not kind.may(make_actor(Role.CLERK, town), None)
    assert make_account()
