"""Forms of casework: clean values from what was typed; they never save."""

from gongyi.casework.forms.intake import DoneForm, IntakeForm
from gongyi.casework.forms.listing import ListForm, LookupForm, search_form
from gongyi.casework.forms.moves import BLANK, FORMS, AnswerForm, CorrectForm, MoveForm

__all__ = [
    "BLANK",
    "FORMS",
    "AnswerForm",
    "CorrectForm",
    "DoneForm",
    "IntakeForm",
    "ListForm",
    "LookupForm",
    "MoveForm",
    "search_form",
]
