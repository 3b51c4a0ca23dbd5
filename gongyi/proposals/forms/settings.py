"""Forms of the settings pages of proposals."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from gongyi.core.inputs import Form, SpanField, Textarea
from gongyi.proposals.models import Cause, ResultClass


class LimitsForm(Form):
    """How long each step may take; months count as months."""

    screen_span = SpanField(
        label=gettext_lazy("提交后多久审查完"), help_text=gettext_lazy("立案、并案，或者告诉提出人为什么不立案。")
    )
    sign_span = SpanField(label=gettext_lazy("交办后多久签收"), help_text=gettext_lazy("承办单位接手的时间。"))
    return_span = SpanField(
        label=gettext_lazy("交办后多久内可以退办"), help_text=gettext_lazy("过了这个时间，接手的单位负责到底。")
    )
    answer_span = SpanField(
        label=gettext_lazy("交办后多久答复"), help_text=gettext_lazy("按月算的，到那个月的同一天；遇到休息日顺延。")
    )
    longest_span = SpanField(
        label=gettext_lazy("延期以后，从交办起最长多久"), help_text=gettext_lazy("延期要提出人同意，也不能超过这么久。")
    )
    co_span = SpanField(
        label=gettext_lazy("会办单位多久写出意见"), help_text=gettext_lazy("从交办算起；意见没齐，答复送不出去。")
    )
    rate_span = SpanField(
        label=gettext_lazy("答复后多久内评价"), help_text=gettext_lazy("过了没有评价的，记未评价，不算满意。")
    )
    redo_span = SpanField(label=gettext_lazy("重办多久答复"), help_text=gettext_lazy("提出人不满意、要再办一次的。"))
    redo_times = forms.IntegerField(
        label=gettext_lazy("不满意时自动重办几次"),
        min_value=0,
        max_value=5,
        help_text=gettext_lazy("超过以后由交办单位决定要不要再办。"),
    )

    comments = forms.BooleanField(
        label=gettext_lazy("平时提的、公开了的建议可以评论"), required=False,
        help_text=gettext_lazy("征集来的，在征集里定。评论由审查提案的人先看过再显示。"),
    )  # fmt: skip
    supports = forms.BooleanField(label=gettext_lazy("平时提的、公开了的建议可以支持"), required=False)


class CauseForm(Form):
    """A reason, where it is offered, and where else a proposal that is not filed can go."""

    kind = forms.ChoiceField(label=gettext_lazy("用在哪里"), choices=Cause.Kind)
    text = forms.CharField(label=gettext_lazy("理由"), max_length=120, help_text=gettext_lazy("一句平常话。"))
    elsewhere: Any = forms.CharField(
        label=gettext_lazy("可以找谁"), max_length=200, required=False, widget=Textarea({"rows": 2}), help_text=gettext_lazy("不立案的理由要写：提出人会看到。"),
    )  # fmt: skip


class NameForm(Form):
    """A name of a list."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)


class ClassForm(Form):
    """A result class."""

    code = forms.CharField(label=gettext_lazy("代号"), max_length=4, help_text=gettext_lazy("例如 A。"))
    name = forms.CharField(
        label=gettext_lazy("意思"),
        max_length=60,
        help_text=gettext_lazy("改了意思，从今天起用新的；以前的答复还留着当时的。"),
    )
    follows = forms.ChoiceField(
        label=gettext_lazy("答复后面怎么样"), choices=ResultClass.Follows, widget=forms.RadioSelect,
        help_text=gettext_lazy("没有办成、也没有说明为什么不办的，没有承诺就送不出去。"),
    )  # fmt: skip
