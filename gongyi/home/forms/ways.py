"""Where messages go: one's own addresses and choices, the county's channels, units' group chats."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from gongyi.core.inputs import Form, PickerField
from gongyi.core.models import Channel, Way
from gongyi.core.outbox.words import KINDS
from gongyi.network.queries import unit_hits, unit_named

HINTS = {
    Way.MAIL: _("单位邮箱最好。"),
    Way.SMS: _("11 位手机号。"),
    Way.WECOM: _("在企业微信的群里添加群机器人，把它的网址粘贴过来。"),
    Way.DINGTALK: _(
        "在钉钉群里添加自定义机器人，安全设置选“自定义关键词”，写“共议”；选加签的，在网址后空一格再粘贴密钥。"
    ),
    Way.FEISHU: _(
        "在飞书群里添加自定义机器人，安全设置选“自定义关键词”，写“共议”；选签名校验的，在网址后空一格再粘贴密钥。"
    ),
}
LABELS = {Way.MAIL: _("邮箱"), Way.SMS: _("手机号")}


def _value(way: str) -> forms.CharField:
    box = forms.TextInput({"autocomplete": {"mail": "email", "sms": "tel"}.get(way, "off"), "data-private": True})
    return forms.CharField(
        label=LABELS.get(Way(way), _("群机器人的网址")), max_length=300, widget=box, help_text=HINTS[Way(way)]
    )


class AddressForm(Form):
    """Where to reach somebody by one way."""

    def __init__(self, *args: Any, way: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = _value(way)


class CodeForm(Form):
    """The code that was sent there."""

    code = forms.CharField(
        label=_("收到的 6 位验证码"), max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )  # fmt: skip


class KindsForm(Form):
    """Which kinds of message go there."""

    kinds = forms.MultipleChoiceField(
        label=_("要哪几类"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(name, kind.label) for name, kind in KINDS.items()],
        help_text=_("站内的消息总会有，不能关；这里只管要不要另外再发一条。"),
    )  # fmt: skip


class QuietForm(Form):
    """From when until when nothing is sent."""

    quiet_from = forms.TimeField(
        label=_("从几点起不打扰"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("到几点为止"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_("这段时间里的消息，过后合成一条再发；要小结的和小结一起发。都空着就是随时发。"),
    )  # fmt: skip


class ChannelForm(Form):
    """Whether the county uses a way; for text messages also the gateway."""

    active = forms.BooleanField(label=_("使用这个通道"), required=False)

    def __init__(self, *args: Any, channel: Channel, **kwargs: Any) -> None:
        super().__init__(
            *args, initial={"active": channel.active, "url": channel.url, "key_name": channel.key_name}, **kwargs
        )
        if channel.way == Way.SMS:
            self.fields["url"] = forms.CharField(
                label=_("网关地址"), max_length=200, required=False, help_text=_("例如 https://sms.example.gov.cn/send。只能连环境变量 GONGYI_SMS_HOSTS 里写的主机。"),
            )  # fmt: skip
            self.fields["key_name"] = forms.CharField(label=_("密钥编号"), max_length=60, required=False)
            self.fields["secret"] = forms.CharField(
                label=_("密钥"), max_length=200, required=False, strip=True,
                widget=forms.PasswordInput({"autocomplete": "off"}),
                help_text=_("保存以后不再显示；不改就空着。") if channel.secret else _("网关给的；保存以后不再显示。"),
            )  # fmt: skip


class GroupForm(Form):
    """A unit's group chat in one messenger."""

    def __init__(self, *args: Any, county: int, way: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = _value(way)
        self.fields["unit"] = PickerField(
            label=_("哪个单位的群"),
            find=lambda text: unit_hits(county, text),
            get=lambda key: unit_named(county, key),
            url=reverse_lazy("network:pick"),
        )
        self.order_fields(["unit", "value"])
