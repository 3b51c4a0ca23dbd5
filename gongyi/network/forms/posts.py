"""Forms about posts and duties."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.inputs import DateInput, Form
from gongyi.network.models import Post, Unit
from gongyi.network.queries import open_posts


class PostField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the unit's posts by its bare name, or nobody."""

    def label_from_instance(self, post: Any) -> str:
        return str(post.name)


def post_field(unit: Unit, **kwargs: Any) -> PostField:
    """The unit's present posts; empty means that nobody bears the duty."""
    posts = Post.objects.filter(id__in=[post.id for post in open_posts(unit)]).order_by("name")
    label, nobody = gettext_lazy("由哪个岗位承担"), gettext_lazy("暂时没有人承担")
    return PostField(posts, label=label, required=False, empty_label=nobody, **kwargs)


class PostForm(Form):
    """A new post."""

    name = forms.CharField(
        label=gettext_lazy("岗位名称"),
        max_length=60,
        help_text=gettext_lazy("例如联络员、综合窗口；写岗位，不写人名。"),
    )
    since = forms.DateField(label=gettext_lazy("设立日期"), widget=DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = clock.today


class EndForm(Form):
    """The last day of something."""

    on = forms.DateField(label=gettext_lazy("最后一天"), widget=DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today


class DutyForm(Form):
    """A new duty of a unit."""

    text = forms.CharField(label=gettext_lazy("职责"), max_length=200)
    since = forms.DateField(label=gettext_lazy("从哪天起"), widget=DateInput)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = clock.today
        self.fields["post"] = post_field(unit)
        self.order_fields(["text", "post"])


class BearerForm(Form):
    """Who bears a duty from a day on."""

    on = forms.DateField(label=gettext_lazy("从哪天起"), widget=DateInput)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today
        self.fields["post"] = post_field(unit)
        self.order_fields(["post"])
