"""`setup_county` and `reset_account` as an office runs them."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gongyi.core import boot
from gongyi.core.access import Role
from gongyi.core.models import AuditEntry
from gongyi.home.management.commands import setup_county
from gongyi.network.models import Unit
from gongyi.people.models import Account
from gongyi.people.queries import accounts as queries
from gongyi.people.queries import actor_of

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery 9"


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "pw"
    path.write_text(f"{PASSWORD}\nsecond line\n")
    path.chmod(0o600)
    return path


def run(*args, **facts):
    out = StringIO()
    call_command(*args, stdout=out, skip_checks=True, **facts)
    return out.getvalue()


def set_up(secret, **facts):
    usual = {"county": "431123", "manager": "王强", "lead": "李梅=mei.li", "password_file": secret}
    return run("setup_county", **{**usual, **facts})


def test_a_county_is_set_up_once(secret, client):
    done = json.loads(set_up(secret, json=True))
    assert (done["county"], done["manager"], done["lead"]) == (431123, "wangqiang", "mei.li")
    assert Unit.objects.filter(county=431123, tier="township").exists()
    manager, lead = Account.objects.get(username="wangqiang"), Account.objects.get(username="mei.li")
    assert actor_of(manager).roles == {Role.ACCOUNT_MANAGER}
    assert actor_of(lead).roles == {Role.LEAD, Role.STEWARD}
    assert manager.check_password(PASSWORD)
    assert manager.must_change
    assert not manager.demo
    with pytest.raises(CommandError, match="已经开通过"):
        set_up(secret)
    assert Account.objects.count() == 2


def test_it_says_what_to_do_next(secret):
    said = set_up(secret)
    assert "wangqiang" in said
    assert "手机验证码" in said
    assert PASSWORD not in said


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"county": "43112"}, "六位"),
        ({"county": "999999"}, "999999"),
        ({"manager": None}, "缺少"),
        ({"password_file": None}, "缺少"),
        ({"lead": "王强"}, "“wangqiang”已经有人用了"),
        ({"manager": "王强=1"}, "登录名"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(secret, facts, why, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO(""))
    with pytest.raises(CommandError, match=why):
        set_up(secret, **facts)
    assert not Account.objects.exists()
    assert not Unit.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("name", ["setup_county", "load_units"])
def test_a_county_that_is_not_in_the_list_ends_as_an_unknown_one_does(secret, name):
    facts = {"manager": "王强", "lead": "李梅", "password_file": secret} if name == "setup_county" else {}
    with pytest.raises(CommandError) as no:
        run(name, county="431199", **facts)
    assert no.value.returncode == 2


def test_a_weak_password_is_refused(secret):
    secret.write_text("gongyi12345678\n")
    with pytest.raises(CommandError):
        set_up(secret)
    assert not Account.objects.exists()


def test_a_password_file_for_everybody_is_refused(secret):
    secret.chmod(0o644)
    with pytest.raises(CommandError, match="chmod 600"):
        set_up(secret)
    secret.chmod(0o600)
    secret.unlink()
    with pytest.raises(CommandError, match="读不了"):
        set_up(secret)


def test_a_demo_folder_is_not_set_up(secret, monkeypatch):
    monkeypatch.setattr(boot, "holds_demo", lambda: True)
    with pytest.raises(CommandError, match="演示"):
        set_up(secret)


def test_by_hand_it_asks_twice(monkeypatch):
    class Terminal(StringIO):
        def isatty(self):
            return True

    answers = iter([PASSWORD, "something else"])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(setup_county.getpass, "getpass", lambda _question: next(answers))
    with pytest.raises(CommandError, match="不一样"):
        set_up(None)
    answers = iter([PASSWORD, PASSWORD])
    names = iter(["王强", "李梅"])
    monkeypatch.setattr("builtins.input", lambda _question: next(names))
    set_up(None, manager=None, lead=None)
    assert set(Account.objects.values_list("username", flat=True)) == {"wangqiang", "limei"}


def test_the_operator_helps_the_last_manager(secret, client):
    set_up(secret)
    said = run("reset_account", "WangQiang", factor=True)
    path = said.splitlines()[-1]
    token = path.split("/")[3]
    assert queries.link_of(token).resets_factor
    assert client.get(path).status_code == 200
    assert AuditEntry.objects.filter(action="account.reset", actor=None, label="wangqiang").exists()
    with pytest.raises(CommandError, match="没有叫"):
        run("reset_account", "nobody")


def test_the_operator_names_the_county_of_the_account(secret):
    set_up(secret)
    set_up(secret, county="460323", manager="张三=zhangsan", lead="李四=lisi")
    assert "/accounts/invite/" in run("reset_account", "wangqiang", county="431123")
    with pytest.raises(CommandError, match="没有叫"):
        run("reset_account", "wangqiang", county="460323")
    with pytest.raises(CommandError, match="000001"):
        run("reset_account", "wangqiang", county="000001")
