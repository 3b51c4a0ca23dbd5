"""Reading the tables that offices send: .xlsx, .xls, .ods, .csv, .tsv and what is pasted. Limits before parsing, parsing in a child.

Cells come out as text; `clean`, `clean_line` and `moment` make of a cell what is stored.
"""

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from threading import Thread, Timer
from typing import IO, Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _

from gongyi.core.attachments.papers import EICAR, check_legacy, check_office, check_open, virus
from gongyi.core.errors import Refused
from gongyi.core.imports.table import Sheet
from gongyi.documents import reader
from gongyi.documents.tables import unsafe_text

MOST_BYTES, INFLATED_BYTES = 48 * 1024 * 1024, 128 * 1024 * 1024
WALL_SECONDS = 60  # the child itself stops after so many seconds of the processor; on a busy machine these take longer
READER = Path(reader.__file__)
ENDINGS = {"xlsx", "xls", "ods", "csv", "tsv", "txt", "et"}
ACCEPT = ".xlsx,.xls,.ods,.csv,.tsv,.txt,.et"
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_MARKUP = re.compile(rb"^\s*<(?:!doctype|html|svg|\?xml|table|script)", re.IGNORECASE)


def read_table(content: bytes, name: str) -> list[Sheet]:
    """The sheets of a file, rows of text. Raises Refused `file_…` with a sentence; nothing is written anywhere."""
    if not content:
        raise Refused("file_empty", _("这个文件是空的。"), _("可能没有传完，请重新选择文件。"))
    if len(content) > MOST_BYTES:
        told = {"limit": MOST_BYTES // 1024 // 1024}
        raise Refused("file_too_large", _("这个文件超过 %(limit)s 兆，没有收下。") % told, _("请分成几个文件，一个一个导入。"), status=413)  # fmt: skip
    if EICAR in content:
        raise virus()
    ending = PurePosixPath(name.lower()).suffix[1:]
    return _read(_kind(content, ending), content)


def read_book(content: bytes) -> list[Sheet]:
    """Every sheet of an .xlsx that was made here or says so. Raises Refused `file_…` for what cannot be read."""
    if len(content) > MOST_BYTES:
        raise _stopped("size")
    check_office(content, "xlsx")
    return _read("book", content)


def read_pasted(text: str) -> list[Sheet]:
    """What was copied out of a table program or typed with commas, as one sheet. Raises Refused as `read_table`."""
    if not text.strip():
        raise Refused("file_empty", _("没有粘贴内容。"), _("请在表格里选中表头和各行，复制，再粘贴到这里。"))
    return _read("text", text.encode("utf-8", "replace"))


def _kind(content: bytes, ending: str) -> str:
    """How to read it, once name and content agree and the package is harmless."""
    if ending not in ENDINGS:
        raise Refused(
            "file_type", _("不收这类文件。"), _("请发 .xlsx、.xls、.ods 或 .csv 表格；别的格式请另存为 .xlsx。")
        )
    if content.startswith(_ZIP):
        if ending in {"csv", "tsv", "txt"}:
            raise _mismatch(ending)
        if b"opendocument.spreadsheet" in content[:200]:
            check_open(content, INFLATED_BYTES)
        else:
            check_office(content, "xlsx", INFLATED_BYTES)
        return "table"
    if content.startswith(_OLE):
        if ending in {"csv", "tsv", "txt"}:
            raise _mismatch(ending)
        check_legacy(content)
        return "table"
    if ending not in {"csv", "tsv", "txt"} or _MARKUP.match(content[:200].lstrip(b"\xef\xbb\xbf")):
        raise _mismatch(ending)
    return "text"


def _mismatch(ending: str) -> Refused:
    told = {"claimed": ending}
    return Refused(
        "file_mismatch", _("这个文件叫 .%(claimed)s，内容却不是。") % told, _("请用原来的软件打开，另存为 .xlsx 再发。")
    )


def _read(kind: str, content: bytes) -> list[Sheet]:
    sheets: list[Sheet] = []
    for found in _lines(kind, content):
        if isinstance(found, list):
            sheets[-1].rows.append(list(map(unsafe_text, found)) if kind == "text" else found)
        elif "stop" in found:
            raise _stopped(found["stop"])
        else:
            sheets.append(Sheet(found["sheet"], []))
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise Refused("file_empty", _("表格里没有内容。"), _("请看看是不是选错了文件。"))
    return filled


def _lines(kind: str, content: bytes) -> Iterator[Any]:
    """What the child prints, as it prints it: a long table is never held as one text. Raises Refused where it was ended."""
    with subprocess.Popen(  # noqa: S603 - our own program, no shell, nothing of the file in the arguments
        [sys.executable, "-I", str(READER), kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd="/", env={"PYTHONUTF8": "1"},
    ) as child:  # fmt: skip
        alarm, feeder = Timer(WALL_SECONDS, child.kill), Thread(target=_feed, args=(child.stdin, content))
        try:
            alarm.start()
            feeder.start()
            yield from map(json.loads, cast("IO[bytes]", child.stdout))
            child.wait()
        except ValueError:
            raise _stopped("size") from None  # its last line was cut off
        finally:
            alarm.cancel()
            child.kill()  # whoever asked may want no more
            feeder.join()
    if child.returncode:
        raise _stopped("size")


def _feed(stdin: Any, content: bytes) -> None:
    with suppress(OSError), stdin:  # it may be ended before it has read all
        stdin.write(content)


def _stopped(why: str) -> Refused:
    told = {"rows": reader.ROWS, "columns": reader.COLUMNS}
    sentences = {
        "rows": _("超过 %(rows)d 行，一次放不下。") % told,
        "columns": _("超过 %(columns)d 列，或右边很远的格子里还有东西。") % told,
        "sheets": _("工作表太多。"),
        "text": _("这个文件读不出来，可能没有传完、加了密码，或不是表格。"),
        "quotes": _("引号没有成对，有几行会连成一行。"),
        "size": _("这个文件展开以后太大。"),
    }
    todo = {
        "rows": (several := _("请分成几个文件，一个接一个导入；导入过的行会认出来，不会重复。")),
        "size": several,
        "columns": _("请删掉用不着的列，另存以后再导入。"),
    }.get(why, _("请用原来的软件打开，把要导入的工作表另存为新的 .xlsx 再发。"))
    return Refused("file_limits", sentences[why], todo)


# --- cells ------------------------------------------------------------------------------------------------------------

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
_DATE = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?:\s*[-/.,、年]\s*|\s+)(?P<m>\d{1,2})(?:\s*[-/.,、月]\s*|\s+)(?P<d>\d{1,2})\s*[日号.]?"
    r"\s*[T,]?\s*(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?\s*"
    r"(?P<half>上午|早上|早晨|清晨|早|凌晨|中午|下午|傍晚|晚上|夜里|晚)?"
    r"(?:\s*(?P<H>\d{1,2})(?:[:.时点](?:(?P<mid>半)|\s*(?P<M>\d{1,2})(?:[:分](?:\s*(?P<S>\d{1,2})(?:\.\d+)?秒?)?)?)?)?(?:\s*(?P<english>[ap]m))?)?\s*",
    re.IGNORECASE,
)
_DENSE = re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:\s*(?P<H>\d\d):?(?P<M>\d\d)(?::?(?P<S>\d\d))?)?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_SERIALS = (20_000, 80_000)  # 1954 to 2119
_NOON = 12
_LATE = {"下午", "傍晚", "晚上", "夜里", "晚", "中午", "pm"}
_SHORT_YEAR = re.compile(r"(?P<y>\d\d)(?:年|[-/.](?=\d{1,2}[-/.]\d{1,2}(?!\d)))")
_SPELLED = re.compile("[〇○零一二三四五六七八九十]+(?=[年月日号])")
_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def clean(text: str) -> str:
    """A text of several lines without what only its layout left: tabs, blanks at the ends of lines, empty lines, invisible marks."""
    if not text:
        return ""
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).replace("\xa0", " ")
    lines = (re.sub(r"[ ]*\t[\t ]*", " ", line.strip(" \t\u3000\v\f")) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def clean_line(text: str) -> str:
    """The same as one line."""
    return " ".join(clean(text).split()) if text else ""


def moment(text: str) -> datetime | None:
    """A day or a moment in one of the forms that people and table programs write, by the county's wall clock; None if it is none.

    `2019/2/28 11:25:05`, `2018/4/24`, `26.3.5`, `2026年3月5日(周四) 下午3点半`, `二〇二六年三月五日`, `20190228`, a serial number of
    Excel (43524.475).
    """
    text = unicodedata.normalize("NFKC", clean_line(text)).lstrip("'")
    text = _whole_year(_SPELLED.sub(lambda found: _spelled(found[0]), text))
    if found := _DATE.fullmatch(text) or _DENSE.fullmatch(text):
        return _built(found)
    if _SERIAL.fullmatch(text) and _SERIALS[0] <= float(text) < _SERIALS[1]:
        day = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=float(text))
        rounded = (day + timedelta(milliseconds=500)).replace(microsecond=0, tzinfo=None)
        return timezone.make_aware(rounded)
    return _iso(text)


def _spelled(numerals: str) -> str:
    """二〇二六 → 2026, 三十一 → 31."""
    if "十" not in numerals:
        return numerals.translate(_NUMERALS)
    tens, _ten, ones = (part.translate(_NUMERALS) for part in numerals.partition("十"))
    return f"{tens or '1'}{ones or '0'}"


def _whole_year(text: str) -> str:
    """26.3.5 → 2026.3.5; where the first number could be a month or the last a year, nothing is guessed."""
    found = _SHORT_YEAR.match(text)
    if found is None or (int(found["y"]) <= _NOON and text[2] != "年"):
        return text
    return f"{'19' if int(found['y']) > 70 else '20'}{text}"  # noqa: PLR2004 - letters from the seventies on


def _built(found: re.Match[str]) -> datetime | None:
    parts = {name: int(value) for name, value in found.groupdict().items() if value and value.isdecimal()}
    told = found.groupdict()
    hour, half = parts.get("H", 0), told.get("half") or (told.get("english") or "").lower()
    if half in _LATE and 0 < hour < (_NOON if half != "中午" else 3):
        hour += _NOON
    elif half in {"凌晨", "am"} and hour == _NOON:
        hour = 0
    minute = 30 if told.get("mid") else parts.get("M", 0)
    try:
        return timezone.make_aware(
            datetime(parts["y"], parts["m"], parts["d"], hour, minute, parts.get("S", 0))  # noqa: DTZ001 - made aware
        )
    except ValueError:
        return None


def _iso(text: str) -> datetime | None:
    """The form of other programs, with its own offset."""
    try:
        at = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else timezone.make_aware(at)
