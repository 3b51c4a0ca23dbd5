"""What a stranger may look for among the public suggestions."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.county import as_key
from gongyi.core.inputs import FilterForm
from gongyi.proposals.queries import published as queries

STAGES = (
    ("open", gettext_lazy("还在办")), ("answered", gettext_lazy("有答复了")), ("following", gettext_lazy("答应的事正在落实")),
)  # fmt: skip


class SuggestionsForm(FilterForm):
    """The filter of the public list as its address has it; a value that makes no sense is left out."""

    q = forms.CharField(label=gettext_lazy("找什么"), max_length=40, required=False)
    stage = forms.ChoiceField(label=gettext_lazy("办到哪一步"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("谁来办"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("类别"), required=False)
    session = forms.ChoiceField(label=gettext_lazy("届次"), required=False)
    year = forms.ChoiceField(label=gettext_lazy("哪一年提的"), required=False)

    def __init__(self, data: QueryDict, *, county: int) -> None:
        super().__init__(data)
        self.fields["q"].widget.attrs["type"] = "search"
        for name, choices in (queries.offered(county) | {"stage": STAGES}).items():
            self.fields[name].choices = [("", _("全部")), *choices]  # type: ignore[attr-defined]

    def wanted(self) -> queries.Filter:
        """The filter that the valid fields ask for, from the suggestion after which the page begins."""
        self.is_valid()
        data = self.cleaned_data
        keys = {name: as_key(data.get(name)) for name in ("unit", "category", "session")}
        return queries.Filter(
            text=data.get("q") or "", stage=data.get("stage") or "", year=int(data.get("year") or 0) or None,
            after=str(self.data.get("after", ""))[:12], **keys,
        )  # fmt: skip
