"""One small form per move of the table."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import as_key
from gongyi.core.inputs import DateInput, Textarea, VersionForm
from gongyi.core.secrets import mask_name
from gongyi.network.models import Unit
from gongyi.network.queries import unit_field
from gongyi.promises.models import Line
from gongyi.proposals import queries
from gongyi.proposals.forms.intake import TextFields, private
from gongyi.proposals.models import Author, Proposal, ProposalPart, Talk
from gongyi.proposals.models.proposal import Rating

PROMISES = ("promise", "promise_2")


def _note(label: Any, *, required: bool = False, rows: int = 3, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=2000, required=required, widget=Textarea({"rows": rows}), help_text=help_text
    )


class MoveForm(VersionForm):
    """Base: a move of this proposal by this person."""

    def __init__(self, *args: Any, proposal: Proposal, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposal, self.by = proposal, by
        self.begin(proposal, lambda kind: queries.causes(by.county, kind))
        self.prepare()

    def prepare(self) -> None:
        """What a form presets from the proposal."""


class NoteForm(MoveForm):
    """A move that wants a sentence."""

    note = _note(gettext_lazy("写一句"), required=True)


class WordForm(MoveForm):
    """A move that takes a sentence."""

    note = _note(gettext_lazy("说明"))


class TextForm(TextFields, MoveForm):
    """The three texts, as they stand."""

    def prepare(self) -> None:
        for name in TextFields.base_fields:
            self.fields[name].initial = getattr(self.proposal, name)
        if self.proposal.state == "draft":
            self.fields["suggestions"].required = False


class CorrectForm(TextForm):
    category: Any = forms.ModelChoiceField(
        label=gettext_lazy("类别"), queryset=None, required=False, empty_label=gettext_lazy("还不知道")
    )
    session: Any = forms.ModelChoiceField(
        label=gettext_lazy("届次"), queryset=None, required=False, empty_label=gettext_lazy("平时提的")
    )
    may_publish = forms.BooleanField(label=gettext_lazy("提出人同意公开（不含姓名电话）"), required=False)

    def prepare(self) -> None:
        super().prepare()
        self.fields["category"].queryset = queries.categories(self.by.county)  # type: ignore[attr-defined]
        self.fields["session"].queryset = queries.sessions(self.by.county)  # type: ignore[attr-defined]
        for name in ("category", "session"):
            self.fields[name].initial = getattr(self.proposal, f"{name}_id")
        self.fields["may_publish"].initial = self.proposal.may_publish


class SplitForm(TextFields, MoveForm):
    """The second matter, which becomes a proposal of its own."""


class FileForm(MoveForm):
    opinion = _note(gettext_lazy("审查意见"), help_text=gettext_lazy("可以写交给谁、要注意什么。"))
    key = forms.BooleanField(label=gettext_lazy("重点提案"), required=False)
    led_by = forms.CharField(
        label=gettext_lazy("领办的岗位"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("写岗位，不写姓名，例如“分管副县长”。"),
    )


class RefuseForm(MoveForm):
    reason_kind = "refuse"
    note = _note(gettext_lazy("给提出人的话"), help_text=gettext_lazy("理由后面会自动写上可以找谁。"))


class PassForm(RefuseForm):
    to = unit_field(gettext_lazy("转给哪个单位参考"), error_messages={"required": gettext_lazy("请选一个单位。")})


class MergeForm(MoveForm):
    first = forms.CharField(
        label=gettext_lazy("并入哪一件"), max_length=24, help_text=gettext_lazy("写那一件的案号。"), widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    note = _note(gettext_lazy("说明"))


class AssignForm(MoveForm):
    lead = unit_field(gettext_lazy("主办单位"), error_messages={"required": gettext_lazy("请选一个主办单位。")})
    co_unit = unit_field(gettext_lazy("会办单位"), required=False, help_text=gettext_lazy("写意见给主办单位。"))
    co_unit_2 = unit_field(gettext_lazy("另一个会办单位"), required=False)
    co_unit_3 = unit_field(gettext_lazy("再一个会办单位"), required=False)
    separate_unit = unit_field(
        gettext_lazy("分办单位"), required=False, help_text=gettext_lazy("提案里归它的那一部分由它答复。")
    )
    separate_unit_2 = unit_field(gettext_lazy("另一个分办单位"), required=False)
    supervisor = unit_field(
        gettext_lazy("督办单位"), required=False, help_text=gettext_lazy("选了的，答复签发以后再由它审一遍才发出。")
    )
    note = _note(gettext_lazy("交代一句"))

    def prepare(self) -> None:
        """Begins with the units of now; a returned one with the unit that was proposed."""
        proposed = self.proposal.proposed
        lead = self.proposal.lead_id or (proposed.id if proposed and proposed.status == Unit.Status.RUNNING else None)
        self.fields["lead"].initial, self.fields["supervisor"].initial = lead, self.proposal.supervisor_id
        for part, prefix in ((ProposalPart.Part.CO, "co_unit"), (ProposalPart.Part.SEPARATE, "separate_unit")):
            units = [taking.unit for taking in self.proposal.helpers if taking.part == part]
            for number, unit in enumerate(units, start=1):
                name = prefix if number == 1 else f"{prefix}_{number}"
                if name not in self.fields:
                    self.fields[name] = unit_field(self.fields[prefix].label, required=False)
                self.fields[name].initial = unit.id
        sorts = ["lead", *self._named("co_unit"), *self._named("separate_unit"), "supervisor", "note"]
        self.order_fields(sorts)

    def _named(self, prefix: str) -> list[str]:
        return [name for name in self.fields if name.startswith(prefix)]

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or self.cleaned_data)
        for prefix, into in (("co_unit", "co_units"), ("separate_unit", "separate_units")):
            found = [data.pop(name) for name in self._named(prefix) if name in data]
            data[into] = list(dict.fromkeys(filter(None, found)))
        self.cleaned_data = data
        return data


class ReturnForm(MoveForm):
    reason_kind = "return"
    proposed = unit_field(
        gettext_lazy("应该由谁办"), error_messages={"required": gettext_lazy("请写明应该由哪个单位办。")}
    )
    note = _note(gettext_lazy("说明"))


class TalkForm(MoveForm):
    kind = forms.ChoiceField(label=gettext_lazy("怎么沟通的"), choices=Talk.Kind, widget=forms.RadioSelect)
    on = forms.DateField(label=gettext_lazy("哪一天"), widget=DateInput)
    note = _note(gettext_lazy("说了什么"), required=True, rows=5)

    def prepare(self) -> None:
        self.fields["on"].initial = clock.today()


class LogForm(MoveForm):
    note = _note(gettext_lazy("办理经过"), required=True, rows=5, help_text=gettext_lazy("做了什么，下一步是什么。"))


class OpinionForm(MoveForm):
    note = forms.CharField(
        label=gettext_lazy("本单位的意见"), max_length=4000, widget=Textarea({"rows": 7}), help_text=gettext_lazy("能做什么、做不了什么、依据是什么。"),
    )  # fmt: skip
    unit: Any = forms.ModelChoiceField(label=gettext_lazy("替哪个单位写"), queryset=None, empty_label=None)

    def prepare(self) -> None:
        """One's own units among those that help; what a unit said before stands there to be changed."""
        mine = self.proposal.helping & self.by.units(P.PROPOSAL_HANDLE)
        self.fields["unit"].queryset = Unit.objects.filter(id__in=mine).order_by("path")  # type: ignore[attr-defined]
        self.fields["unit"].initial = self.by.unit if self.by.unit in mine else next(iter(mine), None)
        said = {one["unit"].id: one["opinion"] for one in queries.opinions_of(self.proposal) if one["opinion"]}
        if len(mine) == 1 and (own := said.get(next(iter(mine)))):
            self.fields["note"].initial = own.text


class DraftForm(MoveForm):
    draft = forms.CharField(
        label=gettext_lazy("答复草稿"), max_length=20000, required=False, widget=Textarea({"rows": 10})
    )

    def prepare(self) -> None:
        self.fields["draft"].initial = self.proposal.draft


class AnswerForm(MoveForm):
    answer = forms.CharField(
        label=gettext_lazy("答复内容"), max_length=20000, widget=Textarea({"rows": 10}),
        help_text=gettext_lazy("一条建议一条答复：采纳了没有、怎么办、哪天以前；做不到的说明为什么。"),
    )  # fmt: skip
    result: Any = forms.ModelChoiceField(
        label=gettext_lazy("办理结果"), queryset=None, empty_label=None, widget=forms.RadioSelect
    )
    declined_why = forms.CharField(
        label=gettext_lazy("为什么不办"), max_length=300, required=False, widget=Textarea({"rows": 2}), help_text=gettext_lazy("不办或留作参考的必须写；提出人看得到。"),
    )  # fmt: skip
    promise = forms.CharField(
        label=gettext_lazy("答应做什么"), max_length=300, required=False, widget=Textarea({"rows": 2}), help_text=gettext_lazy("还没办成的必须写；写进承诺台账，到日子会来问。"),
    )  # fmt: skip
    promise_unit = unit_field(gettext_lazy("由哪个单位来做"), required=False)
    promise_due = forms.DateField(label=gettext_lazy("哪天以前做到"), widget=DateInput, required=False)
    promise_2 = forms.CharField(
        label=gettext_lazy("还答应做什么"), max_length=300, required=False, widget=Textarea({"rows": 2})
    )
    promise_2_unit = unit_field(gettext_lazy("这一项由哪个单位来做"), required=False)
    promise_2_due = forms.DateField(label=gettext_lazy("这一项哪天以前做到"), widget=DateInput, required=False)
    reply_no = forms.CharField(label=gettext_lazy("答复文号"), max_length=40, required=False)
    contact = forms.CharField(
        label=gettext_lazy("联系人和电话"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("提出人想再问时找谁，写办公电话。"),
    )

    def prepare(self) -> None:
        self.fields["result"].queryset = queries.result_classes(self.by.county)  # type: ignore[attr-defined]
        self.fields["answer"].initial = self.proposal.draft
        self.fields["contact"].initial = self.proposal.contact
        self.fields["reply_no"].initial = self.proposal.reply_no
        for name in ("promise_unit", "promise_2_unit"):
            self.fields[name].initial = self.proposal.lead_id
        for name, planned in zip(PROMISES, queries.planned_for(self.proposal), strict=False):
            facts = {name: planned.what, f"{name}_unit": planned.unit_id, f"{name}_due": planned.due}
            for field, value in facts.items():
                self.fields[field].initial = value

    def clean(self) -> dict[str, Any]:
        """What is promised, line by line: what, who, by when."""
        data = dict(super().clean() or self.cleaned_data)
        lines = []
        for name in PROMISES:
            what, unit, due = (data.pop(field, None) for field in (name, f"{name}_unit", f"{name}_due"))
            if what and not (unit and due):
                self.add_error(name if unit else f"{name}_unit", _("请写由哪个单位做、哪天以前。"))
            elif what:
                lines.append(Line(what, unit, due))
        return data | {"promises": lines}


class ExtendForm(MoveForm):
    reason_kind = "extend"
    until = forms.DateField(label=gettext_lazy("到哪一天"), widget=DateInput)
    agreed = forms.BooleanField(
        label=gettext_lazy("提出人同意延期"), error_messages={"required": gettext_lazy("延期要先征得提出人同意。")}
    )
    note = _note(gettext_lazy("什么时候、怎么征得同意的"), required=True)


class RateForm(MoveForm):
    manner = forms.ChoiceField(label=gettext_lazy("对办理态度"), choices=Rating, widget=forms.RadioSelect)
    rating = forms.ChoiceField(label=gettext_lazy("对办理结果"), choices=Rating, widget=forms.RadioSelect)
    note = _note(gettext_lazy("提出人的话"))


class RedoForm(MoveForm):
    reason_kind = "redo"
    note = _note(gettext_lazy("说明"))


class CosignForm(MoveForm):
    name = private(gettext_lazy("姓名"))
    phone = private(gettext_lazy("电话"))
    organisation = forms.CharField(label=gettext_lazy("单位或团体"), max_length=80, required=False)
    signed = forms.BooleanField(label=gettext_lazy("在纸上签了名"), required=False)


class ConfirmForm(MoveForm):
    author = forms.ChoiceField(label=gettext_lazy("哪一个联名人"), widget=forms.RadioSelect)
    agreed = forms.ChoiceField(
        label=gettext_lazy("怎么说"),
        widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("本人确认了")), ("no", gettext_lazy("本人不联名"))],
    )

    def prepare(self) -> None:
        rows = [row for row in queries.authors_of(self.proposal) if row.proposal_id == self.proposal.id and row.place]
        marks = dict(Author.Signed.choices)
        self.fields["author"].choices = [  # type: ignore[attr-defined]
            (str(row.id), _("%(name)s（%(state)s）") % {"name": mask_name(row.name), "state": marks[row.signed]})
            for row in rows
        ]

    def clean_author(self) -> Any:
        """The co-signer's key."""
        return as_key(self.cleaned_data["author"])

    def clean_agreed(self) -> bool:
        """Whether they sign."""
        return bool(self.cleaned_data["agreed"] == "yes")


class AttachForm(MoveForm):
    file = forms.FileField(
        label=gettext_lazy("照片或文件"), error_messages={"required": gettext_lazy("请选一个文件。")}
    )


class AskForm(MoveForm):
    question = forms.CharField(
        label=gettext_lazy("要问提出人的话"), max_length=2000, widget=Textarea({"rows": 3}),
        error_messages={"required": gettext_lazy("请写一个问题。")}, help_text=gettext_lazy("一次问清楚一件事。提出人凭案号和查询码看到，没有留账号的请再打电话。"),
    )  # fmt: skip


FORMS: dict[str, type[MoveForm]] = {
    "submit": MoveForm, "resubmit": TextForm, "screen": MoveForm, "file": FileForm, "merge": MergeForm, "unmerge": WordForm,
    "split": SplitForm, "ask_change": NoteForm, "refuse": RefuseForm, "pass_on": PassForm, "withdraw": NoteForm, "rescreen": NoteForm,
    "assign": AssignForm, "transfer": AssignForm, "sign": MoveForm, "return": ReturnForm, "talk": TalkForm, "log": LogForm,
    "consult": WordForm, "opine": OpinionForm, "save_draft": DraftForm, "answer": AnswerForm, "approve": MoveForm,
    "send_back": NoteForm, "audit": MoveForm, "audit_back": NoteForm, "ask_extension": ExtendForm, "approve_extension": MoveForm,
    "refuse_extension": NoteForm, "rate": RateForm, "redo": RedoForm, "resume": WordForm, "archive": MoveForm, "correct": CorrectForm,
    "cosign": CosignForm, "confirm": ConfirmForm, "attach": AttachForm, "remind": NoteForm, "supervise": NoteForm, "conflict": NoteForm, "ask": AskForm,
}  # fmt: skip
