"""What apprise says for us to the robots of WeCom, DingTalk and Feishu, and what they answer."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from enum import Enum, auto
from typing import Any

import requests
from apprise.plugins import dingtalk, feishu, wecombot
from apprise.plugins.base import NotifyBase

from gongyi.core.models import Way

PATIENCE = 10.0  # seconds to connect, and seconds to wait for an answer


class Said(Enum):
    """What came back."""

    YES = auto()
    NO = auto()
    NOTHING = auto()


class _Heard:
    """`requests` as the plugins of apprise see it: what the messenger answered is kept, nobody leads us elsewhere."""

    codes, RequestException = requests.codes, requests.RequestException

    @staticmethod
    def post(*args: Any, **kwargs: Any) -> requests.Response:
        ours = {name: value for name, value in kwargs.items() if name not in {"timeout", "allow_redirects"}}
        answer = requests.post(*args, **ours, timeout=PATIENCE, allow_redirects=False)
        _answers.get().append(answer)
        return answer


_answers: ContextVar[list[requests.Response]] = ContextVar("answers")
for _plugin in (wecombot, dingtalk, feishu):
    vars(_plugin)["requests"] = _Heard

_MAKE: dict[str, Callable[[re.Match[str]], NotifyBase]] = {
    Way.WECOM: lambda found: wecombot.NotifyWeComBot(found[1]),
    Way.DINGTALK: lambda found: dingtalk.NotifyDingTalk(found[1], secret=found[2]),
    Way.FEISHU: lambda found: feishu.NotifyFeishu(found[1]),
}


def speak(way: str, found: re.Match[str], text: str) -> Said:
    """Post a text; `found` is the robot's address taken apart by `channels.ROBOTS`."""
    answers: list[requests.Response] = []
    token = _answers.set(answers)
    try:
        taken = _MAKE[way](found).send(body=text)
    finally:
        _answers.reset(token)
    if not answers:
        return Said.NOTHING
    return Said.YES if taken and not any(_refuses(answer) for answer in answers) else Said.NO


def _refuses(answer: requests.Response) -> bool:
    """WeCom and DingTalk answer a refusal with status 200 and a number, which apprise alone takes for sent."""
    try:
        facts = answer.json()
    except ValueError:
        return True
    return not isinstance(facts, dict) or bool(facts.get("errcode") or facts.get("code"))
