"""A report as an official document, and as the fields of a county's own template."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import figures
from gongyi.core.figures import Figure, Period
from gongyi.documents.official.elements import (
    Addressee,
    AnnexNote,
    Attendance,
    Byline,
    Document,
    Element,
    Head,
    Heading,
    Imprint,
    Kind,
    Note,
    Paragraph,
    Picture,
    Run,
    Signature,
    Table,
    Title,
)
from gongyi.network.models import Unit
from gongyi.reports.models import Report
from gongyi.reports.queries import annexes
from gongyi.reports.queries.annexes import Described
from gongyi.reports.queries.composing import Block
from gongyi.reports.queries.drafting import ASKED
from gongyi.reports.queries.telling import day_words
from gongyi.reports.queries.ties import BEFORE, Counted, Tie

_KINDS = {
    "none": Kind.PLAIN,
    "notice": Kind.NOTICE,
    "report": Kind.REPORT,
    "letter": Kind.LETTER,
    "minutes": Kind.MINUTES,
}
_MARKS = {"notice": "{unit}文件", "report": "{unit}文件", "letter": "{unit}", "minutes": "{unit}会议纪要"}
TEXT_FIELDS = (
    ("title", gettext_lazy("标题")), ("unit", gettext_lazy("单位")), ("period", gettext_lazy("时段，例如 2026年第一季度")), ("first", gettext_lazy("从哪天")), ("last", gettext_lazy("到哪天")),
    ("kind", gettext_lazy("写什么")), ("number", gettext_lazy("文稿编号")), ("state", gettext_lazy("草稿、签发稿或更正几")), ("day", gettext_lazy("签发日期")),
    ("addressee", gettext_lazy("主送单位")), ("office_no", gettext_lazy("发文字号")), ("signer", gettext_lazy("签发人")),
    ("urgency", gettext_lazy("紧急程度")), ("copies", gettext_lazy("抄送")), ("attending", gettext_lazy("出席")),
    ("excused", gettext_lazy("请假")), ("observing", gettext_lazy("列席")),
    ("{%p for part in sections %} {{ part.heading }} {%p for line in part.paragraphs %} {{ line }} {%p endfor %} {%p endfor %}", gettext_lazy("全部文字，一节一节")),
    ("{%p for table in tables %} {{ table.caption }} … {%p endfor %}", gettext_lazy("全部表格：caption、header、rows")),
)  # fmt: skip
NUMBER = r"[0-9]{6}-W[0-9]{4}-[0-9]{4,}"


@dataclass(frozen=True)
class Paper:
    """What a file says beside its blocks. `number` is the file's own, `state` 草稿, 签发稿 or 更正1."""

    unit: Unit
    period: Period
    kind: str
    official: str
    title: str
    number: str
    state: str
    day: date
    addressee: str = ""
    office_no: str = ""
    signer: str = ""
    urgency: str = ""
    copies: str = ""
    attending: str = ""
    excused: str = ""
    observing: str = ""
    sealed: bool = False
    annexed: bool = True

    @property
    def told(self) -> str:
        """The line by which the file is known again."""
        return f"文稿编号{self.number}，{self.state}"


def document(paper: Paper, blocks: Sequence[Block], figures: Sequence[Described] = ()) -> Document:
    """The list of elements that both writers take. `figures` say how they are counted, in an annex."""
    kind, name = _KINDS[paper.official], paper.unit.name
    plain = kind == Kind.PLAIN
    elements: list[Element] = [Title(paper.title)]
    if plain:
        elements.append(Byline(name if paper.kind == Report.Kind.SPEECH else f"{name}　{day_words(paper.day)}"))
    elif paper.addressee and kind != Kind.MINUTES:
        elements.append(Addressee(paper.addressee))
    elements += _elements(blocks)
    annex = annexes.annex(figures) if paper.annexed else None
    if annex:
        elements.append(AnnexNote([annex.title]))
    if kind == Kind.MINUTES:
        elements += _attendance(paper)
    else:
        elements.append(Signature(name, paper.day, sealed=paper.sealed))
    elements.append(Note(paper.told))
    return Document(
        kind=kind, elements=elements, head=None if plain else _head(paper, kind), annexes=[annex] if annex else (),
        imprint=None if plain else Imprint(copies=paper.copies, office=name, day=paper.day), identifier=paper.number,
    )  # fmt: skip


def _head(paper: Paper, kind: Kind) -> Head:
    """Without a number room is left for one: it is given when the paper is entered in the office's own register."""
    return Head(
        mark=_MARKS[paper.official].format(unit=paper.unit.name), number=paper.office_no or f"〔{paper.day.year}〕\u3000号",
        signers=[paper.signer] if paper.signer and kind == Kind.REPORT else (), urgency=paper.urgency,
    )  # fmt: skip


def _attendance(paper: Paper) -> Iterator[Element]:
    """10.3; a draft keeps a line for who is there."""
    for label, names in (("出席", paper.attending), ("请假", paper.excused), ("列席", paper.observing)):
        if names or (label == "出席" and paper.state.startswith("草稿")):
            yield Attendance(label, names)


def _elements(blocks: Sequence[Block]) -> Iterator[Element]:
    ties = 0
    for block in blocks:
        match block["type"]:
            case "heading":
                yield Heading(1, block["text"])
            case "text":
                runs: list[str | Run] = []
                for words, tie in block["pieces"]:
                    ties += bool(tie)
                    if words:
                        runs.append(Run(words, _bookmark(tie, ties)) if tie else words)
                if runs:
                    yield Paragraph(tuple(runs))
            case "table":
                rows = [[cell[0] for cell in row] for row in block["rows"]]
                shares = [2.0, *([1.0] * (len(rows[0]) - 1))]
                yield Table(
                    block["header"], rows, caption=block["caption"], widths=[one / sum(shares) for one in shares]
                )
            case _:
                yield Picture(block["svg"], block["alt"], caption=block["caption"])


def _bookmark(tie: str, number: int) -> str:
    plain = "".join(char if char.isascii() and char.isalnum() else "_" for char in tie.split("|", maxsplit=1)[0])
    return f"t{number}_{plain}"[:40]


def fields(paper: Paper, blocks: Sequence[Block], values: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What a template may name; `values` are figures by name, once under cases and once, for the period before, under before."""
    sections: list[dict[str, Any]] = [{"heading": "", "paragraphs": []}]
    for block in blocks:
        if block["type"] == "heading":
            sections.append({"heading": block["text"], "paragraphs": []})
        elif block["type"] == "text":
            sections[-1]["paragraphs"].append("".join(words for words, _tie in block["pieces"]))
    tables = [
        {"caption": block["caption"], "header": block["header"][0], "rows": [[cell[0] for cell in row] for row in block["rows"]]}
        for block in blocks if block["type"] == "table"
    ]  # fmt: skip
    return {
        "title": paper.title, "unit": paper.unit.name, "period": paper.period.words(), "first": day_words(paper.period.first),
        "last": day_words(paper.period.last), "kind": str(Report.Kind(paper.kind).label), "number": paper.number, "state": paper.state,
        "day": day_words(paper.day), "addressee": paper.addressee, "office_no": paper.office_no, "signer": paper.signer,
        "urgency": paper.urgency, "copies": paper.copies, "attending": paper.attending, "excused": paper.excused, "observing": paper.observing,
        "sections": [one for one in sections if one["heading"] or one["paragraphs"]], "tables": tables, **values,
    }  # fmt: skip


def live_values(counted: Counted) -> dict[str, dict[str, str]]:
    """Every figure that a draft may use, of this period and of the one before."""
    now = {name: Tie(f"cases.{name}") for name in ASKED}
    before = {name: Tie(f"cases.{name}", of=BEFORE) for name in ASKED}
    counted.count([*now.values(), *before.values()])
    return {
        "cases": {name: counted.text(tie) for name, tie in now.items()},
        "before": {name: counted.text(tie) for name, tie in before.items()},
    }


def sample(unit: Unit, period: Period) -> dict[str, Any]:
    """Fields of an invented report, to try a template."""
    paper = Paper(
        unit, period, "summary", "none", "试填的报告", f"{unit.county:06d}-W2026-0001", "草稿", period.last, "县人民政府", "东政发〔2026〕1号", "张三",
    )  # fmt: skip
    blocks: list[Block] = [
        {"type": "heading", "text": "基本情况"}, {"type": "text", "pieces": [["受理", ""], ["12", "cases.received"], ["件。", ""]]},
        {"type": "table", "caption": "表", "header": [["单位", "受理量"]], "rows": [[["李家村", ""], ["12", ""]]]},
    ]  # fmt: skip
    numbers = dict.fromkeys(ASKED, "12")
    return fields(paper, blocks, {"cases": numbers, "before": numbers})


def field_names() -> list[tuple[str, str]]:
    """What a template may name, with what it says: for the page."""
    named = [(f"cases.{name}", str(figures.figure(f"cases.{name}").name)) for name in ASKED]
    return named + [
        (f"before.{name}", str(figures.figure(f"cases.{name}").name))
        for name in ASKED
        if isinstance(figures.figure(f"cases.{name}"), Figure)
    ]


# --- what is said of a file that came back ----------------------------------------------------------------------------


def words_of(found: Mapping[str, Any]) -> list[str]:
    """What `actions.paper.verify` found, in sentences."""
    if not found["known"]:
        return [_("这不是从这里发出的文件，或者编号被去掉了。")]
    kind = _("签发稿") if found["signed"] else _("草稿")
    told = _("没有改动") if found["unchanged"] else _("改动过")
    said = [f"{found['number']}（{kind}）：{told}"]
    if found["later"]:
        said.append(_("这一份以后出了更正 %(n)s，请用更正后的。") % {"n": found["later"]})
    if found["withdrawn"]:
        said.append(_("这份报告后来作废了。"))
    return said


def places_of(found: Mapping[str, Any]) -> list[str]:
    """Where a file differs, in sentences."""
    places = {
        "text": _("正文"),
        "table": _("表格"),
        "beside": _("页眉页脚、文本框或注"),
        "picture": _("图"),
        "file": _("文件格式"),
    }
    said = []
    for one in found["where"]:
        what = {**one, "place": places[one["place"]]}
        if one["place"] == "file":
            said.append(_("文件格式变了，现在是 %(now)s；请用原来格式的文件核对。") % what)
        elif one["place"] == "picture":
            said.append(_("第 %(line)s 行的图或盖在上面的东西和发出时不同。") % what)
        elif one["what"] == "missing":
            said.append(_("%(place)s第 %(line)s 行前面少了字。") % what)
        else:
            said.append(_("%(place)s第 %(line)s 行，现在是：%(now)s") % what)
    return said
