"""The filters of a list of proposals, as they stand in its address."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.inputs import DateInput, FilterForm
from gongyi.core.paging import mark_from
from gongyi.proposals import queries
from gongyi.proposals.workflow import PROPOSAL

WAITING = (("me", gettext_lazy("等我办")), ("others", gettext_lazy("等别的单位或别人")))
DUE = (("late", gettext_lazy("已超期")), ("soon", gettext_lazy("三天内到期")), ("later", gettext_lazy("还不急")))


class ListForm(FilterForm):
    """The filter as the address has it; a value that makes no sense is left out and said so."""

    keeps = False

    q = forms.CharField(label=gettext_lazy("案号或案由里的字"), max_length=60, required=False)
    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("单位"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("类别"), required=False)
    session = forms.ChoiceField(label=gettext_lazy("届次"), required=False)
    since = forms.DateField(label=gettext_lazy("登记从"), required=False, widget=DateInput)
    until = forms.DateField(label=gettext_lazy("到"), required=False, widget=DateInput)
    waiting = forms.ChoiceField(label=gettext_lazy("在等谁"), required=False)
    due = forms.ChoiceField(label=gettext_lazy("急不急"), required=False)

    def __init__(self, data: Any, *, by: Actor) -> None:
        super().__init__(data)
        mine = [(str(h.unit), h.unit_name) for h in by.held if h.unit in by.units(P.PROPOSAL_VIEW)]
        offered: dict[str, Any] = {
            "state": PROPOSAL.choices(), "waiting": WAITING, "due": DUE, "unit": list(dict.fromkeys(mine)),
            "category": [(str(one.id), one.name) for one in queries.categories(by.county)],
            "session": [(str(one.id), one.name) for one in queries.sessions(by.county)],
        }  # fmt: skip
        for name, choices in offered.items():
            self.fields[name].choices = [("", _("全部")), *choices]  # type: ignore[attr-defined]

    def wanted(self, after: str = "", before: str = "") -> queries.Wanted:
        """The filter that the valid fields ask for, from the row after (or before) which the page stands."""
        self.is_valid()
        facts = {name: str(value) for name, value in self.cleaned_data.items() if value}
        return replace(queries.wanted_of(facts), after=mark_from(after), before=mark_from(before))

    def drawn(self) -> str:
        """The fields as HTML."""
        return self.render()


def search_form(data: Any, by: Actor) -> ListForm:
    """The list's filter beside a search, whose words stand in a box of their own: a second one would be sent too."""
    form = ListForm(data, by=by)
    del form.fields["q"]
    return form
