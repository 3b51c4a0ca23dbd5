"""What a stranger may look for among the public promises."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.county import as_key
from gongyi.core.inputs import Form
from gongyi.promises.queries import public as queries
from gongyi.promises.workflow import STATES


class PromisesForm(Form):
    """The filter of the public list as its address has it; a value that makes no sense is left out."""

    marks_optional = False

    unit = forms.ChoiceField(label=gettext_lazy("谁答应的"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("做到没有"), required=False)
    year = forms.ChoiceField(label=gettext_lazy("哪一年的"), required=False)

    def __init__(self, data: QueryDict, *, county: int) -> None:
        super().__init__(data)
        states = [(name, str(state.resident)) for name, state in STATES.items()] + [("late", _("晚了的"))]
        for name, choices in (queries.offered(county) | {"state": states}).items():
            self.fields[name].choices = [("", _("全部")), *choices]  # type: ignore[attr-defined]

    def wanted(self) -> queries.Filter:
        """The filter that the valid fields ask for, from the promise after which the page begins."""
        self.is_valid()
        data = self.cleaned_data
        return queries.Filter(
            unit=as_key(data.get("unit")), state=data.get("state") or "", year=int(data.get("year") or 0) or None,
            after=str(self.data.get("after", ""))[:12],
        )  # fmt: skip
