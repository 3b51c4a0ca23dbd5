"""Bring a backup back into an empty folder and an empty database."""

import sys
from json import dumps
from pathlib import Path

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gongyi.core import backups, boot
from gongyi.core.errors import Refused
from gongyi.core.management.county import WholeCommand


class Command(WholeCommand):
    help = "Restore a backup into an empty GONGYI_DATA (and an empty database); when it fails, both are left empty."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="what `backup` wrote")
        parser.add_argument("--no-index", action="store_true", help="leave the index of words to the worker")
        parser.add_argument("--json", action="store_true", help="one JSON line for programs")

    def handle(self, *, file: Path, no_index: bool, json: bool, **options: object) -> None:
        try:
            facts = backups.restore(file, boot.say, index=not no_index)
        except Refused as no:
            if json:
                self.stdout.write(dumps({"ok": False, "code": no.code}))
            boot.say(str(no))
            sys.exit(2)
        words = _(
            "恢复好了：%(rows)s 行记录，%(files)s 个文件，都和备份里记的一样，用了 %(seconds)s 秒。请运行 ./run 启动，大家重新登录一次。"
        )
        self.stdout.write(dumps({"ok": True, **facts}) if json else words % facts)
        if facts["findings"]:
            boot.say(_("操作记录有 %(findings)s 处不对，请运行 ./run manage verify_audit 看看。") % facts)
