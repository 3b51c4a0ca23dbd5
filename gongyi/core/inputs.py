"""How every form looks and asks: the renderer, plain words for empty fields, common widgets, the picker."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.renderers import TemplatesSetting
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.county import as_key
from gongyi.core.deadlines import MAX_AMOUNT, Span, SpanUnit
from gongyi.core.paging import MARKS

MOST_HITS = 8
# Days with which can be reckoned: the day after the last or before the first of Python's calendar would be a fault.
DAYS = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2199, 12, 31))]


class Renderer(TemplatesSetting):
    """Label above, hint, error below; 选填 on optional fields. Named by the setting FORM_RENDERER."""

    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"


class Form(forms.Form):
    """A form whose empty fields are asked for by their label, unless the field brings its own sentence."""

    keeps = True  # whether sending it saves something; one that looks something up says no
    marks_optional = True  # 选填 beside a field that may stay empty; a filter, all of which may, does without

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.validators += DAYS
            if field.required and field.label and field.error_messages["required"] == _standard_required():
                field.error_messages["required"] = _("请填写“%(label)s”。") % {"label": field.label}


def _standard_required() -> object:
    return forms.Field.default_error_messages["required"]


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class Textarea(forms.Textarea):
    """Room for a few sentences; the page lets it grow."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 5, **(attrs or {})})


class VersionForm(Form):
    """Base of the form of a move: carries the version that the writer saw, so that a faster colleague is noticed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
    reason_kind: ClassVar[str] = ""
    action = ""

    def begin(self, record: Any, reasons: Callable[[str], Any]) -> None:
        """Take the version of the record, and offer the reasons of the form's kind."""
        self.fields["seen"].initial = record.version
        if self.reason_kind:
            label = self.fields["reason"].label if "reason" in self.fields else _("理由")
            self.fields["reason"] = forms.ModelChoiceField(
                queryset=reasons(self.reason_kind), label=label, empty_label=None, widget=forms.RadioSelect,
                error_messages={"required": _("请选一个理由。")},
            )  # fmt: skip
            self.order_fields(["reason"])

    def keep(self, sent: Mapping[str, Any]) -> None:
        """Begin with what was typed so far, for a look that sends nothing and complains of nothing."""
        for name in self.fields.keys() & sent.keys():
            self.fields[name].initial = sent[name]


class FilterForm(Form):
    """The filter of a list as its address has it: everything may be left out, a value that makes no sense filters nothing."""

    marks_optional = False

    def left_out(self) -> str:
        """What of the address makes no sense, by its label: the list is longer than was asked for."""
        return _("、").join(str(self.fields[name].label) for name in self.errors if name in self.fields)

    def kept(self) -> str:
        """The valid fields that filter, as an address."""
        self.is_valid()
        return urlencode([(name, value) for name, value in self.cleaned_data.items() if value])

    def chips(self, query: QueryDict) -> list[dict[str, str]]:
        """What is filtered now, in words, each with the address that takes it away."""
        found = []
        self.is_valid()
        for name, value in self.cleaned_data.items():
            if value:
                field, without = self.fields[name], query.copy()
                for gone in (name, f"{name}_text", *MARKS):
                    without.pop(gone, None)
                shown = dict(getattr(field, "choices", [])).get(value, value)
                words = str(field.label) if value is True else str(field.label) + _("：") + str(shown)
                found.append({"name": name, "words": words, "url": f"?{without.urlencode()}"})
        return found


class SpanInput(forms.MultiWidget):
    """A number and what it counts, side by side."""

    template_name = "django/forms/widgets/span.html"
    use_fieldset = True

    def __init__(self) -> None:
        number = forms.NumberInput(
            {"min": 1, "max": MAX_AMOUNT, "inputmode": "numeric", "aria-label": gettext_lazy("数量")}
        )
        unit = forms.Select({"aria-label": gettext_lazy("按什么算")}, SpanUnit.choices)
        super().__init__([number, unit])

    def decompress(self, value: str | None) -> list[Any]:
        """The stored form in its two halves."""
        span = Span.parse(value) if value else None
        return [span.amount, span.unit.value] if span else [None, SpanUnit.WORKDAYS.value]

    def id_for_label(self, id_: str) -> str:
        """The error summary leads to the number."""
        return f"{id_}_0" if id_ else ""


class SpanField(forms.MultiValueField):
    """A length of time: cleans to the stored form, such as "3w" for three working days."""

    widget = SpanInput

    def __init__(self, **kwargs: Any) -> None:
        odd = _lazy_amount()
        number = forms.IntegerField(
            min_value=1, max_value=MAX_AMOUNT, error_messages={"invalid": odd, "min_value": odd, "max_value": odd}
        )
        super().__init__([number, forms.ChoiceField(choices=SpanUnit.choices)], **kwargs)

    def compress(self, data_list: list[Any]) -> str:
        """The two halves as one text."""
        return Span(data_list[0], SpanUnit(data_list[1])).text if data_list else ""


def _lazy_amount() -> Any:
    return gettext_lazy("数量请写 1 到 3650 之间的整数。")


class Hit(NamedTuple):
    """One line of a picker: the value sent, its name, and what tells it from its namesakes."""

    value: str
    words: str
    detail: str = ""


class PickerInput(forms.Widget):
    """A text box beside a hidden value; `url` answers `?q=` with components/picker_hits.html (at most eight `hits`).

    Without JavaScript the typed text is sent alone, and `PickerField` answers with the hits as choices.
    """

    template_name = "django/forms/widgets/picker.html"

    def __init__(self, url: "str | Promise" = "", attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.url = url
        self.hits: Sequence[Hit] = ()
        self.words_of: Callable[[str], str] = str

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, str]:  # noqa: ARG002
        """The chosen value and the typed text; a text typed after choosing has emptied the value."""
        return str(data.get(name, "")).strip(), str(data.get(f"{name}_text", "")).strip()

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:  # noqa: ARG002
        """Omitted only if neither half was sent."""
        return name not in data and f"{name}_text" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The widget's halves and the hits to choose from."""
        context = super().get_context(name, None, attrs)
        chosen, text = value if isinstance(value, tuple) else (str(value or ""), "")
        text = text or (self.words_of(chosen) if chosen else "")
        context["widget"] |= {"chosen": chosen, "text": text, "url": self.url, "hits": self.hits}
        return context


class PickerField(forms.Field):
    """Choose one of many by typing. `find(text)` yields hits in order, `get(value)` the thing or None if it may not be chosen."""

    widget: ClassVar[type[PickerInput]] = PickerInput  # type: ignore[misc]
    default_error_messages: ClassVar[dict[str, Any]] = {
        "gone": gettext_lazy("这一项已经不能选了。请重新选一个。"),
        "none": gettext_lazy("没有找到“%(text)s”。换两个字再试。"),
        "many": gettext_lazy("有几个都像“%(text)s”，请选一个。"),
    }

    def __init__(
        self,
        *,
        find: Callable[[str], Sequence[Hit]],
        get: Callable[[str], Any],
        url: "str | Promise" = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"widget": PickerInput(url), **kwargs})
        self.find, self.get = find, get

    def clean(self, value: tuple[str, str]) -> Any:
        """The thing chosen, None for an empty optional field; raises ValidationError with the hits on the widget."""
        chosen, text = value
        if not chosen and text:
            chosen = self._only_hit(text)
        if not chosen:
            self.validate(None)
            return None
        thing = self.get(chosen)
        if thing is None:
            raise ValidationError(self.error_messages["gone"], code="gone")
        return thing

    def _only_hit(self, text: str) -> str:
        hits = self.find(text)[:MOST_HITS]
        if len(hits) == 1:
            return hits[0].value
        self.widget.hits = hits
        code = "many" if hits else "none"
        raise ValidationError(self.error_messages[code], code=code, params={"text": text})


class PeopleField(forms.CharField):
    """People, one a line: a name and after it, perhaps, a phone. The clean value is a list of both; `most` of them. Never kept by browsers."""

    phone = re.compile(r"[0-9０-９+\-－ ]{5,}$")

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        box = Textarea({"rows": 4, "autocomplete": "off", "data-private": True})
        super().__init__(**{"max_length": 4000, "required": False, "widget": box, **kwargs})
        self.most = most

    def clean(self, value: Any) -> Any:
        """[(name, phone)], the phone '' where there is none."""
        found = [self._one(line.strip()) for line in super().clean(value).splitlines() if line.strip()]
        if len(found) > self.most:
            raise ValidationError(_("最多写 %(n)d 个人。") % {"n": self.most})
        return found

    def _one(self, line: str) -> tuple[str, str]:
        phone = self.phone.search(line)
        name = line[: phone.start()] if phone else line
        return name.strip(" ,，、\t")[:40], phone[0].strip() if phone else ""


class ArrangeForm(Form):
    """One button of a list: what to do with which row, sent as `up:<key>`."""

    VERBS = ("up", "down", "retire", "back")
    do = forms.CharField(max_length=60)

    def clean_do(self) -> tuple[str, UUID]:
        """The verb and the key."""
        verb, _sep, key = self.cleaned_data["do"].partition(":")
        found = as_key(key)
        if verb not in self.VERBS or found is None:
            raise forms.ValidationError(_("请重新打开页面，再按一次。"), code="invalid")
        return verb, found
