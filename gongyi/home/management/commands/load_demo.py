"""Loads the invented demo county into an empty data folder; `./run` calls it on first start."""

import json
import os
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.core import boot
from gongyi.core.access import Role
from gongyi.core.management.county import InventedCommand
from gongyi.home.actions.demo import COUNTY, demo_password, fill_demo, sign_ins
from gongyi.network.queries import counties


class Command(InventedCommand):
    help = "Load the invented demo county into an empty database."
    invented = COUNTY

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--cases", type=int, default=400)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get("GONGYI_DEMO") == "0":
            raise CommandError(
                _("GONGYI_DEMO=0 表示正式使用，不装演示县。要看演示，请去掉它，并换一个空的数据文件夹。")
            )
        if counties():
            raise CommandError(_("数据库里已经有县了，演示数据只装进空的数据库。"))
        with boot.loading_demo():
            made = fill_demo(cases=options["cases"])
            boot.mark_demo(table() + to_follow(made))
        if options["json"]:
            self.stdout.write(json.dumps(made))


def to_follow(made: dict[str, Any]) -> str:
    """A line with a request that can be followed on the residents' pages; nothing without one."""
    if not made["number"]:
        return ""
    return "\n" + _("群众查进度的例子：打开 /portal/track/，编号 %(number)s，查询码 %(code)s") % made


def table() -> str:
    """The demo sign-ins, one a line: what `./run` prints."""
    lines = [
        f"  {username:<12} {name}  {place}  {'、'.join(str(Role(role).label) for role in roles)}"
        for username, name, place, roles in sign_ins()
    ]
    return "\n".join([_("演示账号（密码都是 %(password)s）：") % {"password": demo_password()}, *lines])
