"""One small form for each word of a moderator, and the filter of their list."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.inputs import FilterForm, Textarea, VersionForm
from gongyi.proposals.models import Comment
from gongyi.proposals.queries.choices import causes
from gongyi.proposals.workflow import COMMENT


class CommentMove(VersionForm):
    """Base: a word on this comment, as the moderator saw it."""

    def __init__(self, *args: Any, comment: Comment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.comment = comment
        self.begin(comment, lambda kind: causes(comment.county, kind))


class ByStandard(CommentMove):
    """With a reason of the standard."""

    reason_kind = "comment"


class AnewForm(CommentMove):
    reason = forms.CharField(label=gettext_lazy("为什么再看一次"), max_length=300, widget=Textarea({"rows": 3}))


COMMENT_FORMS: dict[str, type[CommentMove]] = {
    "show": CommentMove, "decline": ByStandard, "doubt": ByStandard, "remove": CommentMove, "keep": CommentMove, "reconsider": AnewForm,
}  # fmt: skip


class CommentsForm(FilterForm):
    """The filter of the moderators' list as its address has it."""

    keeps = False

    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["state"].choices = [("", _("全部")), *COMMENT.choices()]  # type: ignore[attr-defined]

    def state_wanted(self) -> str:
        """The state that the address asks for; '' for any."""
        self.is_valid()
        return str(self.cleaned_data.get("state") or "")
