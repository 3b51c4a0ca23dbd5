"""What a stranger may look for among the public answers."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.models import Case
from gongyi.casework.queries import publications as queries
from gongyi.core.county import as_key
from gongyi.core.inputs import FilterForm


class AnswersForm(FilterForm):
    """The filter of the public list as its address has it; a value that makes no sense is left out."""

    q = forms.CharField(label=gettext_lazy("找什么"), max_length=40, required=False)
    unit = forms.ChoiceField(label=gettext_lazy("谁答的"), required=False)
    topic = forms.ChoiceField(label=gettext_lazy("事项分类"), required=False)
    type = forms.ChoiceField(label=gettext_lazy("诉求类型"), required=False)
    outcome = forms.ChoiceField(
        label=gettext_lazy("结果"), required=False,
        choices=[("", gettext_lazy("全部")), *[one for one in Case.Outcome.choices if one[0] != Case.Outcome.DECLINED]],
    )  # fmt: skip
    year = forms.ChoiceField(label=gettext_lazy("哪一年答的"), required=False)

    def __init__(self, data: QueryDict, *, county: int) -> None:
        super().__init__(data)
        self.fields["q"].widget.attrs["type"] = "search"
        for name, choices in queries.offered(county).items():
            self.fields[name].choices = [("", _("全部")), *choices]  # type: ignore[attr-defined]

    def wanted(self) -> queries.Filter:
        """The filter that the valid fields ask for, from the answer after which the page begins."""
        self.is_valid()
        data = self.cleaned_data
        return queries.Filter(
            text=data.get("q") or "", unit=as_key(data.get("unit")), topic=as_key(data.get("topic")),
            type=as_key(data.get("type")), outcome=data.get("outcome") or "", year=int(data.get("year") or 0) or None,
            after=str(self.data.get("after", ""))[:12],
        )  # fmt: skip
