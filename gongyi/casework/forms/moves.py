"""One small form per move of the table."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework import queries
from gongyi.casework.forms.fields import AskerFields, staff_field, topic_field
from gongyi.casework.forms.promising import PromiseFields
from gongyi.casework.models import Case, CaseStep, Visit
from gongyi.core.access import Actor
from gongyi.core.inputs import DateInput, Textarea, VersionForm
from gongyi.core.secrets import mask_text
from gongyi.network.models import Unit
from gongyi.network.queries import place_field, unit_field

BLANK = re.compile("【([^【】]{1,40})】")
MOST_BLANKS = 8


def _note(
    label: Any, *, required: bool = False, rows: int = 3, help_text: Any = "", longest: int = 2000
) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required, widget=Textarea({"rows": rows}), help_text=help_text
    )


class MoveForm(VersionForm):
    """Base: a move of this case by this person."""

    def __init__(self, *args: Any, case: Case, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.by = case, by
        self.begin(case, lambda kind: queries.reasons(by.county, kind))
        self.prepare()

    def prepare(self) -> None:
        """What a form presets from the case."""


class NoteForm(MoveForm):
    """A move that wants a sentence."""

    note = _note(gettext_lazy("写一句"), required=True)


class DeclineForm(MoveForm):
    reason_kind = "decline"
    note = _note(gettext_lazy("给诉求人的话"), help_text=gettext_lazy("写明为什么，以及可以找谁。"))


class AssignForm(MoveForm):
    lead = unit_field(gettext_lazy("主办单位"), error_messages={"required": gettext_lazy("请选一个主办单位。")})
    co_unit = unit_field(gettext_lazy("协办单位"), required=False)
    co_unit_2 = unit_field(gettext_lazy("另一个协办单位"), required=False)
    note = _note(gettext_lazy("交代一句"))
    returned: CaseStep | None = None
    why = ""

    def prepare(self) -> None:
        """A returned case begins with the unit that was proposed, and the page says by whom and why."""
        if proposed := self.case.proposed:
            self.returned = queries.last_return(self.case)
            self.why = mask_text(self.returned.note) if self.returned else ""
            if proposed.status == Unit.Status.RUNNING and proposed.id != self.case.about_unit_id:
                self.fields["lead"].initial = proposed.id
        elif not self.is_bound:
            self.fields["lead"].help_text = queries.likely_unit(self.by, self.case)
        for number, unit in enumerate(self.case.co_handlers, start=1):
            name = "co_unit" if number == 1 else f"co_unit_{number}"
            if name not in self.fields:
                self.fields[name] = unit_field(gettext_lazy("另一个协办单位"), required=False)
            self.fields[name].initial = unit.id
        self.order_fields(["lead", *filter(self._is_co, self.fields), "note"])

    @staticmethod
    def _is_co(name: str) -> bool:
        return name.startswith("co_unit")

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or self.cleaned_data)
        found = [data.pop(name) for name in filter(self._is_co, list(data))]
        self.cleaned_data = data | {"co_units": list(dict.fromkeys(filter(None, found)))}
        return self.cleaned_data


class ReturnForm(MoveForm):
    reason_kind = "return"
    proposed = unit_field(
        gettext_lazy("应该由谁办"), error_messages={"required": gettext_lazy("请写明应该由哪个单位办。")}
    )
    note = _note(gettext_lazy("说明"))


class ContactForm(MoveForm):
    note = _note(
        gettext_lazy("联系的情况"), required=True, help_text=gettext_lazy("怎么联系的、说了什么、约了什么时候。")
    )
    reached = forms.BooleanField(label=gettext_lazy("联系上了"), required=False, initial=True)


class LogForm(MoveForm):
    note = _note(gettext_lazy("办理经过"), required=True, rows=5, help_text=gettext_lazy("做了什么，下一步是什么。"))


class AssistForm(MoveForm):
    note = _note(gettext_lazy("做了什么、有什么意见"), required=True, rows=5)


class AnswerForm(PromiseFields, MoveForm):
    blanks: dict[int, str]

    answer = forms.CharField(
        label=gettext_lazy("答复内容"), max_length=20000, widget=Textarea({"rows": 9}),
        error_messages={"required": gettext_lazy("请写答复内容。")},
        help_text=gettext_lazy("先说结果，再说依据，最后说找谁问。"),
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label=gettext_lazy("办理结果"), widget=forms.RadioSelect, choices=Case.Outcome.of_answers(),
        error_messages={"required": gettext_lazy("请选一个办理结果。")},
    )  # fmt: skip

    def prepare(self) -> None:
        self.fields["answer"].initial, self.blanks = self.case.draft, {}
        self.add_lines()

    def begin_with(self, text: str) -> None:
        """Begin with a template: what the case knows is filled in, what it does not know is asked for above the text."""
        self.blanks = dict(enumerate(dict.fromkeys(BLANK.findall(text)[:MOST_BLANKS])))
        for at, words in self.blanks.items():
            self.fields[f"blank_{at}"] = forms.CharField(label=words, max_length=200, required=False)
        self.fields["answer"].initial = "\n".join(filter(None, [self.case.draft, queries.filled(text, self.case)]))
        self.order_fields([f"blank_{at}" for at in self.blanks])

    def clean(self) -> dict[str, Any]:
        """Each blank gets what was typed for it; one that is still there is no answer yet."""
        data = dict(super().clean() or self.cleaned_data)
        text = data.get("answer", "")
        for at, words in self.blanks.items():
            if typed := data.pop(f"blank_{at}", ""):
                text = text.replace(f"【{words}】", typed)
        if self.blanks and (left := [words for words in self.blanks.values() if f"【{words}】" in text]):
            self.add_error("answer", _("还有没填的地方：%(words)s") % {"words": "、".join(left)})
        return self.clean_lines(data | ({"answer": text} if "answer" in data else {}))


class DraftForm(MoveForm):
    draft = forms.CharField(
        label=gettext_lazy("答复草稿"), max_length=20000, required=False, widget=Textarea({"rows": 9})
    )

    def prepare(self) -> None:
        self.fields["draft"].initial = self.case.draft


class UntilForm(MoveForm):
    until = forms.DateField(
        label=gettext_lazy("到哪一天"), widget=DateInput, error_messages={"required": gettext_lazy("请选一个日子。")}
    )
    note = _note(gettext_lazy("说明"), help_text=gettext_lazy("诉求人会看到原因和新的日子。"))


class ExtendForm(UntilForm):
    reason_kind = "extend"


class ParkForm(UntilForm):
    reason_kind = "park"


class CallForm(PromiseFields, MoveForm):
    result = forms.ChoiceField(
        label=gettext_lazy("诉求人怎么说"), widget=forms.RadioSelect,
        choices=[*Case.CallResult.choices, ("unreached", gettext_lazy("没有联系上"))],
    )  # fmt: skip
    rating = forms.ChoiceField(
        label=gettext_lazy("满意吗"), choices=[("", gettext_lazy("没有问")), *Case.Rating.choices], required=False
    )
    agreed = forms.BooleanField(label=gettext_lazy("解决了一部分，诉求人同意就这样结束"), required=False)
    note = _note(gettext_lazy("诉求人的话"))

    def prepare(self) -> None:
        self.add_lines()

    def clean(self) -> dict[str, Any]:
        """What is promised is asked for where a part is left as it is."""
        data = dict(super().clean() or self.cleaned_data)
        left = data.get("result") == Case.CallResult.PARTLY and data.get("agreed")
        found = self.clean_lines(data | ({"outcome": Case.Outcome.PARTLY} if left else {}))
        found.pop("outcome", None)
        return found


class RedoForm(MoveForm):
    reason_kind = "redo"
    note = _note(gettext_lazy("说明"))


class CategoryForm(MoveForm):
    type: Any = forms.ModelChoiceField(
        label=gettext_lazy("诉求类型"), queryset=None, empty_label=None, widget=forms.RadioSelect
    )
    topic = topic_field()
    area = place_field(gettext_lazy("所属区划"), required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("急不急"), choices=Case.Urgency)

    def prepare(self) -> None:
        self.fields["type"].queryset = queries.types(self.by.county)  # type: ignore[attr-defined]
        for name in ("type", "topic", "area"):
            self.fields[name].initial = getattr(self.case, f"{name}_id")
        self.fields["urgency"].initial = self.case.urgency


class CorrectForm(AskerFields, MoveForm):
    content = forms.CharField(
        label=gettext_lazy("诉求内容"), max_length=20000, widget=Textarea({"rows": 7}),
        error_messages={"required": gettext_lazy("请写一句发生了什么。")},
    )  # fmt: skip
    title = forms.CharField(label=gettext_lazy("标题"), max_length=60, required=False)
    channel = forms.ChoiceField(label=gettext_lazy("来源渠道"), choices=Case.Channel)
    may_publish = forms.BooleanField(label=gettext_lazy("诉求人同意公开答复"), required=False)
    asker_too = forms.BooleanField(
        label=gettext_lazy("同时改诉求人的姓名和联系方式"), required=False,
        help_text=gettext_lazy("勾上才会改；下面的内容会整个替换原来的。"),
    )  # fmt: skip
    why = forms.CharField(label=gettext_lazy("改了什么、为什么"), max_length=200, required=False)

    field_order = ("content", "title", "channel", "may_publish", "why", "asker_too")

    def prepare(self) -> None:
        for name in ("content", "title", "channel", "may_publish"):
            self.fields[name].initial = getattr(self.case, name)


class VisitForm(MoveForm):
    reason_kind = "visit"
    kind = forms.ChoiceField(label=gettext_lazy("怎么跑的"), choices=Visit.Kind, widget=forms.RadioSelect)
    note = _note(gettext_lazy("说明"), longest=200)


class FileForm(MoveForm):
    file = forms.FileField(
        label=gettext_lazy("照片或文件"), error_messages={"required": gettext_lazy("请选一个文件。")}
    )


class ExternalForm(MoveForm):
    external_no = forms.CharField(label=gettext_lazy("外部工单号"), max_length=60, required=False)

    def prepare(self) -> None:
        self.fields["external_no"].initial = self.case.external_no


class AskForm(MoveForm):
    question = forms.CharField(
        label=gettext_lazy("要问诉求人的话"), max_length=2000, widget=Textarea({"rows": 3}),
        error_messages={"required": gettext_lazy("请写一个问题。")},
        help_text=gettext_lazy("问清楚一件事：什么时候、在哪里、能不能补一张照片。"),
    )  # fmt: skip


class AboutForm(MoveForm):
    about_unit = unit_field(gettext_lazy("反映的是哪个单位的服务"), required=False)
    about_person = staff_field(
        gettext_lazy("反映的是哪位工作人员"), required=False, help_text=gettext_lazy("两栏都清空，就是不反映谁的服务。")
    )
    note = _note(gettext_lazy("说明"))

    def prepare(self) -> None:
        self.fields["about_unit"].initial, self.fields["about_person"].initial = (
            self.case.about_unit_id,
            self.case.about_account,
        )


class VoidForm(MoveForm):
    reason_kind = "void"
    note = _note(gettext_lazy("说明"))


class JoinForm(MoveForm):
    first = forms.CharField(
        label=gettext_lazy("和哪一件是同一件事"), max_length=24, help_text=gettext_lazy("写那一件的工单编号。"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    note = _note(gettext_lazy("说明"))

    def prepare(self) -> None:
        """What is most like this case stands in the help text."""
        found = queries.similar(self.by, f"{self.case.title}\n{self.case.content}", besides=self.case.id)
        if found.rows:
            named = "；".join(f"{row['number']} {row['title']}" for row in found.rows)
            self.fields["first"].help_text = _("相似的在办件：%(list)s") % {"list": mask_text(named)}
            self.fields["first"].initial = found.rows[0]["number"]


class UnjoinForm(MoveForm):
    note = _note(gettext_lazy("为什么不是同一件"))


FORMS: dict[str, type[MoveForm]] = {
    "accept": MoveForm, "assign": AssignForm, "transfer": AssignForm, "decline": DeclineForm, "sign": MoveForm,
    "return": ReturnForm, "contact": ContactForm, "log": LogForm, "assist": AssistForm, "answer": AnswerForm, "save_draft": DraftForm,
    "ask_extension": ExtendForm, "park": ParkForm, "approve_answer": MoveForm, "send_back": NoteForm,
    "approve_extension": MoveForm, "refuse_extension": NoteForm, "wake": MoveForm, "call_back": CallForm, "object": NoteForm,
    "redo": RedoForm, "reopen": NoteForm, "file": MoveForm, "recategorise": CategoryForm, "correct": CorrectForm,
    "visit": VisitForm, "attach": FileForm, "remind": NoteForm, "supervise": NoteForm, "external": ExternalForm,
    "recall": MoveForm, "unaccept": MoveForm, "unsign": MoveForm, "uncontact": MoveForm, "unlog": MoveForm, "unattach": MoveForm,
    "conflict": NoteForm, "void": VoidForm, "ask": AskForm, "about": AboutForm,
    "join": JoinForm, "leave": UnjoinForm, "merge": JoinForm, "unmerge": UnjoinForm,
}  # fmt: skip
