"""`./run manage setup_county --county 431123`: the county's units, its first two accounts, its settings to begin with."""

import getpass
import json
import stat
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from gongyi.casework.actions.settings import fill_defaults
from gongyi.core import boot
from gongyi.core.access import Actor, system_actor
from gongyi.core.county import bind
from gongyi.core.errors import Refused
from gongyi.core.management.county import CountyCommand, county_number
from gongyi.network.actions import load_units
from gongyi.network.models import Unit
from gongyi.people.actions.accounts import encoded_password, first_accounts, refuse_set_up
from gongyi.people.models import Account
from gongyi.proposals.actions.settings import fill_defaults as fill_proposals

Person = tuple[str, str]


class Command(CountyCommand):
    help = "Set up a county for real work: units, the account manager, the lead, the settings to begin with. Once per county."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--manager", help="the account manager: 姓名 or 姓名=sign-in name")
        parser.add_argument("--lead", help="the lead, who also keeps the settings: 姓名 or 姓名=sign-in name")
        parser.add_argument(
            "--password-file", type=Path, help="its first line is both people's first password; others may not read it"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON value")

    def run_from_argv(self, argv: list[str]) -> None:
        """Whatever comes of it, a plain ./run must not fill this folder with the demo county any more."""
        if not {"-h", "--help"} & set(argv):
            boot.mark_for_work()
        super().run_from_argv(argv)

    def handle(self, *, county: str | None, json: bool, **options: Any) -> None:
        # A county that is named is new here; one that was loaded before (load_units) need not be named.
        number = county_number(county) if county else self.one_county(None)
        try:
            with bind(number):
                done = _set_up(system_actor("setup_county", number), f"{number:06d}", **options)
        except Refused as no:
            raise CommandError(str(no), returncode=2 if no.code == "county_code" else 1) from None
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from None
        self.stdout.write(_as_json(done) if json else _in_words(done))


def _set_up(
    by: Actor, county: str, *, manager: str | None, lead: str | None, password_file: Path | None, **_rest: Any
) -> dict[str, Any]:
    if boot.holds_demo():
        raise Refused(
            "holds_demo", _("这个数据文件夹里是演示县，不能用于正式工作。"), _("请用 GONGYI_DATA 指定另一个文件夹。")
        )
    refuse_set_up(by.county)
    people = _person(manager, _("账号管理员的姓名")), _person(lead, _("领导（审核）的姓名"))
    password = _from_file(password_file) if password_file else _asked()
    for name, username in people:
        encoded = encoded_password(password, Account(name=name, username=username, home=by.county))
    with transaction.atomic():
        loaded = load_units(by=by, code=county)
        office = Unit.objects.get(county=by.county, tier=Unit.Tier.COUNTY)
        first_accounts(by=by, office=office, manager=people[0], lead=people[1], encoded=encoded)
        settings = fill_defaults(by=by)
        fill_proposals(by=by)
    names = {"manager": people[0][1], "lead": people[1][1]}
    return {"county": by.county, "name": loaded.name, "units": loaded.added, "settings": settings, **names}


def _person(given: str | None, question: str) -> Person:
    """(name, sign-in name); without a sign-in name it is the name's pinyin."""
    if given is None and not sys.stdin.isatty():
        raise Refused("not_told", _("缺少%(what)s。") % {"what": question}, _("请用 --manager 和 --lead 给出。"))
    given = given if given is not None else input(f"{question}：")
    name, _equals, username = (part.strip() for part in given.partition("="))
    return name, (username or "".join(lazy_pinyin(name))).lower()


def _from_file(path: Path) -> str:
    told = {"path": path}
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("no_file", _("密码文件 %(path)s 读不了。") % told) from error
    if mode & stat.S_IRWXO:
        raise Refused(
            "open_file", _("别的用户也能打开密码文件 %(path)s。") % told, _("请运行：chmod 600 %(path)s") % told
        )
    return text.partition("\n")[0].rstrip("\r")


def _asked() -> str:
    if not sys.stdin.isatty():
        raise Refused("no_password", _("缺少第一个密码。"), _("请用 --password-file 给出一个只有您能读的文件。"))
    first = getpass.getpass(_("两个账号的第一个密码（第一次登录时要换）："))
    if getpass.getpass(_("再输一次：")) != first:
        raise Refused("not_alike", _("两次输入的不一样。"), _("没有改动任何东西，请再运行一次。"))
    return first


def _as_json(done: dict[str, Any]) -> str:
    return json.dumps(done, ensure_ascii=False)


def _in_words(done: dict[str, Any]) -> str:
    return (
        _(
            "%(name)s（%(county)06d）开通好了。\n"
            "  账号管理员的登录名：%(manager)s\n"
            "  领导（审核、业务设置）的登录名：%(lead)s\n"
            "接下来：\n"
            "  1. 运行 ./run，打开网页，两个人各自登录；先换密码，再绑定手机验证码。\n"
            "  2. 账号管理员在“账号”里给乡镇和部门的人开通账号。\n"
            "  3. 尽早请第二个人担任账号管理（由领导确认），再请一个人担任审计。\n"
            "  4. 领导在“设置”里看一遍时限、日历和事项分类。\n"
            "  5. 密码文件用完请删掉。"
        )
        % done
    )
