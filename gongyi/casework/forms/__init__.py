"""Forms of casework: clean values from what was typed; they never save."""

from gongyi.casework.forms.intake import DoneForm, IntakeForm
from gongyi.casework.forms.listing import ListForm, LookupForm
from gongyi.casework.forms.moves import FORMS, CorrectForm, MoveForm

__all__ = ["FORMS", "CorrectForm", "DoneForm", "IntakeForm", "ListForm", "LookupForm", "MoveForm"]
