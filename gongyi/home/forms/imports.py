"""The import pages' forms: a file or a pasted table, what its columns are, rows to mend."""

import io
from base64 import b64encode
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import imports
from gongyi.core.access import Actor
from gongyi.core.errors import Refused
from gongyi.core.imports.table import LOOKED_AT, plain_heading
from gongyi.core.inputs import Form, Textarea
from gongyi.core.secrets import mask_text
from gongyi.documents.reading import ACCEPT, MOST_BYTES, read_pasted, read_table
from gongyi.documents.tables import write_sheets
from gongyi.home.queries.imports import FIXED, Preview, sources, units_for

COPY_BYTES = 12 * 1024 * 1024  # a clean copy that the page itself can carry
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TableForm(Form):
    """A table as a file, or pasted. Cleans to its sheets, once the gate has let them pass; keeps nothing."""

    file = forms.FileField(
        label=gettext_lazy("表格文件"), required=False, allow_empty_file=True,
        widget=forms.FileInput({"accept": ACCEPT}), help_text=gettext_lazy("Excel、WPS 表格（.xlsx .xls .ods）或 .csv，一次最多 100,000 行，超过 20,000 行的分批存。"),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("或者把表格粘贴到这里"), required=False, strip=False, widget=Textarea({"rows": 5, "spellcheck": "false"}),
        help_text=gettext_lazy("在表格里选中表头和各行，复制，粘贴。"),
    )  # fmt: skip
    unit: Any = forms.ChoiceField(label=gettext_lazy("导入到哪个单位"))
    source = forms.CharField(
        label=gettext_lazy("谁发来的"), max_length=60, required=False, widget=forms.TextInput({"list": "sources", "autocomplete": "off"}),
        help_text=gettext_lazy("例如：12345 热线、信访局。同一家的同一个编号只收一次；列的意思也按这一家记住。不写就是本单位。"),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, kind: imports.Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by, self.kind = by, kind
        self.copy = ""  # the refused table without the refused columns, as an address that the browser saves
        self.units = {str(unit.id): unit for unit in units_for(by, kind)}
        field = cast("forms.ChoiceField", self.fields["unit"])
        field.choices = [(key, unit.name) for key, unit in self.units.items()]
        field.initial = str(by.unit)
        if len(self.units) == 1:
            field.widget, field.initial = forms.HiddenInput(), next(iter(self.units))
        self.sources = sources(by, kind.name)
        if not kind.per_unit:
            del self.fields["source"]  # the county has one list of them, whoever sent the table

    def clean(self) -> dict[str, Any]:
        """The sheets, or the sentence that says why not."""
        facts = super().clean() or {}
        file, text = facts.get("file"), facts.pop("text", "")
        if not file and not text.strip():
            raise ValidationError({"file": _("请选择一个文件，或把表格粘贴到下面。")})
        try:
            facts["sheets"] = self._read(facts.pop("file", None), text)
        except Refused as no:
            self.add_error("file" if file else "text", str(no))
        return facts

    def _read(self, file: Any, text: str) -> list[imports.Sheet]:
        if file and file.size > MOST_BYTES:
            raise Refused("file_too_large", _("这个文件超过 %(limit)s 兆，没有收下。") % {"limit": MOST_BYTES // 1024 // 1024}, _("请分成几个文件，一个一个导入。"))  # fmt: skip
        name = file.name if file else ""
        sheets = read_table(file.read(), name) if file else read_pasted(text)
        try:
            imports.check_entrance(self.kind, sheets, name)
        except Refused:
            self.copy = _copy(self.kind, sheets)
            raise
        return sheets


def _copy(kind: imports.Kind, sheets: list[imports.Sheet]) -> str:
    """The table without what is refused, as a `data:` address; '' where it is too large for a page."""
    content = io.BytesIO()
    write_sheets(content, ((sheet.name, sheet.rows) for sheet in imports.without_refused(kind, sheets)))
    body = content.getvalue()
    return f"data:{XLSX};base64,{b64encode(body).decode()}" if len(body) <= COPY_BYTES else ""


class ColumnsForm(Form):
    """Which sheet, in which row the headings stand, and what each column is."""

    sheet: Any = forms.TypedChoiceField(label=gettext_lazy("工作表"), coerce=int)
    head: Any = forms.TypedChoiceField(label=gettext_lazy("表头在第几行"), coerce=int)

    def __init__(self, *args: Any, shown: Preview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown, draft = shown, shown.draft
        sheet, head = (cast("forms.TypedChoiceField", self.fields[name]) for name in ("sheet", "head"))
        sheet.choices = [(at, each.name or _("粘贴的表格")) for at, each in enumerate(draft.sheets)]
        sheet.initial, head.initial = draft.sheet, draft.layout.head
        told = (
            LOOKED_AT if shown.lacking else draft.layout.head + 1
        )  # rows below hold data, which need not be seen here
        head.choices = [
            (at, _head_words(at, row if at < told else [])) for at, row in enumerate(draft.table.rows[:LOOKED_AT])
        ]
        if len(draft.sheets) == 1:
            sheet.widget = forms.HiddenInput()
        means = [("", _("不导入这一列")), *((column.name, str(column.label)) for column in shown.kind.columns)]
        for column in shown.columns:
            label = column.heading or _("第 %(n)d 列") % {"n": column.at + 1}
            box = forms.Select({"class": "input"})
            field = forms.ChoiceField(label=label, choices=means, required=False, initial=column.means, widget=box)
            self.fields[f"col{column.at}"] = field

    def lines(self) -> list[dict[str, Any]]:
        """A line for each column: its box, its first cells, and what was thought of it."""
        words = {"like": _("像"), "remembered": _("上次这样选的"), "known": ""}
        return [
            {"box": self[f"col{column.at}"], "sample": column.sample, "how": words.get(column.how, "")} for column in self.shown.columns
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Each field once."""
        facts = super().clean() or {}
        fields = {int(name[3:]): value for name, value in facts.items() if name.startswith("col") and value}
        doubled = {value for value in fields.values() if list(fields.values()).count(value) > 1}
        for at, value in fields.items():
            if value in doubled:
                self.add_error(f"col{at}", _("有两列都选了这一项，请只留一列。"))
        return facts | {"fields": fields}

    def meanings(self) -> dict[str, str]:
        """Plain heading -> field, of the columns whose meaning was changed."""
        return {
            plain_heading(column.heading): self.cleaned_data.get(f"col{column.at}", "")
            for column in self.shown.columns
            if column.heading and self.cleaned_data.get(f"col{column.at}", "") != column.means
        }


def _head_words(at: int, row: list[str]) -> str:
    words = mask_text(" ".join(filter(None, row)))[:40]
    return _("第 %(n)d 行：%(words)s") % {"n": at + 1, "words": words} if words else _("第 %(n)d 行") % {"n": at + 1}


class RowsForm(Form):
    """The first rows with problems: the cells that have one, to be mended, and a box to leave the row out."""

    leave_out = forms.BooleanField(label=gettext_lazy("有问题的行都不导入"), required=False)

    def __init__(self, *args: Any, shown: Preview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown = shown
        self.fields["leave_out"].initial = shown.draft.leave_out
        columns = {column.name: column for column in shown.kind.columns}
        self.rows = shown.plan.wrong[:FIXED] if shown.plan else []
        wrong = {row.row for row in self.rows}
        cells = {at: texts for at, texts in shown.draft.rows() if at in wrong}
        for row in self.rows:
            self.fields[f"drop{row.row}"] = forms.BooleanField(label=_("不导入这一行"), required=False)
            for name in dict(row.problems):
                column = columns[name]
                self.fields[f"cell{row.row}_{name}"] = forms.CharField(
                    label=str(column.label), required=False, strip=False, initial=cells[row.row].get(name, "").strip(),
                    widget=Textarea({"rows": 3}) if column.spread else forms.TextInput({"autocomplete": "off"}),
                )  # fmt: skip

    def lines(self) -> list[dict[str, Any]]:
        """A line for each row: its number, what it says, its boxes with the reasons, its box to leave it out."""
        return [
            {
                "row": row.row, "drop": self[f"drop{row.row}"], "title": row.shown.get("title") or row.shown.get("name", ""),
                "boxes": [(self[f"cell{row.row}_{name}"], reason) for name, reason in dict(row.problems).items()],
            }
            for row in self.rows
        ]  # fmt: skip

    def mended(self) -> dict[int, dict[str, str]]:
        """Row -> field -> text, of the boxes that were changed."""
        found: dict[int, dict[str, str]] = {}
        for row in self.rows:
            for name in dict(row.problems):
                box = f"cell{row.row}_{name}"
                if self.cleaned_data.get(box, "") != self.fields[box].initial:
                    found.setdefault(row.row, {})[name] = self.cleaned_data[box]
        return found

    def dropped(self) -> set[int]:
        """The rows that are left out."""
        return {row.row for row in self.rows if self.cleaned_data.get(f"drop{row.row}")}
