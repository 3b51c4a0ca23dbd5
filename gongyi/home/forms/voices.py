"""What residents add to a public suggestion."""

from django import forms
from django.utils.translation import gettext_lazy

from gongyi.core.inputs import Form, Textarea
from gongyi.proposals.actions.voices import LONGEST


class SupportForm(Form):
    """支持: nothing but, perhaps, the wish to hear of the answer."""

    hears = forms.BooleanField(label=gettext_lazy("有答复时告诉我"), required=False)


class CommentForm(Form):
    """评论."""

    text = forms.CharField(
        label=gettext_lazy("您怎么看"), max_length=LONGEST, widget=Textarea({"rows": 4}),
        help_text=gettext_lazy("有人看过才显示，不显示是谁写的。请不要写别人的姓名、电话和住址。"),
        error_messages={"required": gettext_lazy("请写几个字。")},
    )  # fmt: skip
