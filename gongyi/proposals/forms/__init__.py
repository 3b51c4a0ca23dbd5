"""Forms of proposals."""

from gongyi.proposals.forms.export import ExportForm
from gongyi.proposals.forms.intake import ProposalForm
from gongyi.proposals.forms.listing import ListForm, search_form
from gongyi.proposals.forms.moves import FORMS, MoveForm

__all__ = ["FORMS", "ExportForm", "ListForm", "MoveForm", "ProposalForm", "search_form"]
