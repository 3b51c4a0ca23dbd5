"""Opening somebody's blank form: .xlsx, .docx, .xls where LibreOffice is there. Limits before parsing, parsing in a child."""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from gongyi.core.attachments.papers import EICAR, check_legacy, check_office, virus
from gongyi.core.errors import Refused
from gongyi.documents.blank import opener
from gongyi.documents.blank.layout import Form, build
from gongyi.documents.reading import read_table

MOST_BYTES = 20 * 1024 * 1024
WALL_SECONDS, CONVERT_SECONDS = 20, 90
ACCEPT = ".xlsx,.docx,.xls"
OPENER = Path(opener.__file__)
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"


def modern(content: bytes, name: str) -> tuple[bytes, str]:
    """The file as .xlsx or .docx, looked through, and which of them; an .xls is converted where LibreOffice is there.

    Raises Refused `file_…` with a sentence; nothing is written anywhere.
    """
    if not content:
        raise Refused("file_empty", _("这个文件是空的。"), _("可能没有传完，请重新选择文件。"))
    if len(content) > MOST_BYTES:
        told = {"limit": MOST_BYTES // 1024 // 1024}
        raise Refused("file_too_large", _("这个文件超过 %(limit)s 兆，没有收下。") % told, _("空白表格一般不大，请看看里面是不是有图片。"), status=413)  # fmt: skip
    if EICAR in content:
        raise virus()
    ending = PurePosixPath(name.lower()).suffix[1:]
    if ending in {"xls", "et", "doc", "wps"} and content.startswith(_OLE):
        if ending != "xls" or _converter() is None:
            raise _save_as(ending)
        check_legacy(content)
        read_table(content, name)  # whole, and within the limits of tables
        content, ending = _converted(content), "xlsx"
    if ending not in {"xlsx", "docx"}:
        raise Refused(
            "file_type", _("不收这类文件。"), _("请发 .xlsx 或 .docx 空白表格；别的格式请另存为 .xlsx 或 .docx。")
        )
    if not content.startswith(_ZIP):
        raise Refused("file_mismatch", _("这个文件叫 .%(claimed)s，内容却不是。") % {"claimed": ending}, _("请用原来的软件打开，另存为 .xlsx 或 .docx 再发。"))  # fmt: skip
    check_office(content, ending)
    return content, ending


def open_form(content: bytes, kind: str) -> Form:
    """The structure of a file that `modern` returned. Raises Refused `file_limits` where it is too much, or cannot be read."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell, nothing of the file in the arguments
            [sys.executable, "-I", str(OPENER), kind], input=content, capture_output=True, timeout=WALL_SECONDS,
            check=False, cwd="/", env={"PYTHONUTF8": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _stopped("size") from None
    found = json.loads(done.stdout) if done.returncode == 0 else {"stop": "size"}
    if "stop" in found:
        raise _stopped(found["stop"])
    return build(found)


def _converter() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


def _converted(content: bytes) -> bytes:
    program = _converter() or ""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "form.xls"
        source.write_bytes(content)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [
            program,
            profile,
            "--headless",
            "--norestore",
            "--convert-to",
            "xlsx",
            "--outdir",
            folder,
            str(source),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=CONVERT_SECONDS, check=False, cwd=folder, env={"HOME": folder, "PATH": "/usr/bin:/bin"}, preexec_fn=_limits)  # noqa: S603  # fmt: skip
        except subprocess.TimeoutExpired:
            raise _save_as("xls") from None
        made = Path(folder) / "form.xlsx"
        if not made.exists():
            raise _save_as("xls")
        return made.read_bytes()


def _limits() -> None:
    """What a conversion may use: so many seconds, and no larger file than that."""
    resource.setrlimit(resource.RLIMIT_CPU, (CONVERT_SECONDS, CONVERT_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 * MOST_BYTES, 4 * MOST_BYTES))


def _save_as(ending: str) -> Refused:
    better = ".docx" if ending in {"doc", "wps"} else ".xlsx"
    told = {"ending": ending, "better": better}
    return Refused(
        "file_old", _("这里打不开 .%(ending)s 文件。") % told, _("请用原来的软件打开，另存为 %(better)s 再发。") % told
    )


def _stopped(why: str) -> Refused:
    told = {"rows": opener.ROWS, "columns": opener.COLUMNS, "sheets": opener.SHEETS}
    sentences = {
        "rows": _("这张表超过 %(rows)d 行。") % told,
        "columns": _("这张表超过 %(columns)d 列，或右边很远的格子里还有东西。") % told,
        "sheets": _("这个文件超过 %(sheets)d 张工作表。") % told,
        "text": _("这个文件读不出来，可能没有传完、加了密码，或不是表格。"),
        "size": _("这个文件展开以后太大。"),
    }
    todo = _("请用原来的软件打开，只留要填的部分，另存以后再试。")
    return Refused("file_limits", sentences.get(why, sentences["text"]), todo)
