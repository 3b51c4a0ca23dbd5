"""One encrypted file with everything: rows, files, keys."""

import sys
from json import dumps
from pathlib import Path

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gongyi.core import backups, boot
from gongyi.core.errors import Refused
from gongyi.core.management.county import WholeCommand


class Command(WholeCommand):
    help = (
        "Write an encrypted backup to a file (without --out: into the folder GONGYI_BACKUPS); --new-key: make the key."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--out", type=Path, help="the file to write")
        parser.add_argument(
            "--new-key", action="store_true", help="make the key file that GONGYI_BACKUP_KEY names, and end"
        )
        parser.add_argument("--json", action="store_true", help="one JSON line for programs")

    def handle(self, *, out: Path | None, new_key: bool, json: bool, **options: object) -> None:
        try:
            facts, words = self._new_key() if new_key else self._backup(out)
        except Refused as no:
            if json:
                self.stdout.write(dumps({"ok": False, "code": no.code}))
            boot.say(str(no))
            sys.exit(2)
        self.stdout.write(dumps({"ok": True, **facts}) if json else words)

    def _new_key(self) -> tuple[dict[str, object], str]:
        key, path = backups.make_key(), str(backups.key_path())
        lines = [
            _("备份密钥写在 %(path)s：") % {"path": path},
            f"\n  {key}\n",
            _("请现在把这一行抄下来或存到别处（例如信封里锁进保险柜），和备份分开放。"),
            _("没有它，谁也打不开备份；拿到它和备份的人，就能读到全部数据。"),
        ]
        return {"file": path, "key": key}, "\n".join(lines)

    def _backup(self, out: Path | None) -> tuple[dict[str, object], str]:
        path = out.absolute() if out else backups.new_path()
        facts = backups.make(path)
        words = _("备份好了：%(file)s，%(rows)s 行记录，%(files)s 个文件，%(size)s，用了 %(seconds)s 秒。")
        told = facts | {"file": str(path), "size": backups.size_in_words(facts["bytes"])}
        return facts | {"file": str(path)}, words % told
