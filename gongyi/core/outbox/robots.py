"""What apprise says for us to the robots of WeCom, DingTalk and Feishu, and what they answer.

Apprise knows no signature of Feishu's, so a robot that asks for one is spoken to by the few lines in `_signed`.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from enum import Enum, auto
from typing import Any

import requests
from apprise.plugins import dingtalk, feishu, wecombot
from apprise.plugins.base import NotifyBase

from gongyi.core import clock
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
        signs = way == Way.FEISHU and found[2]
        taken = _signed(found, text) if signs else _MAKE[way](found).send(body=text)
    finally:
        _answers.reset(token)
    if not answers:
        return Said.NOTHING
    return Said.YES if taken and not any(_refuses(answer) for answer in answers) else Said.NO


def _signed(found: re.Match[str], text: str) -> bool:
    """Feishu's 签名校验: the key of the HMAC is the time and the secret, and it is taken over nothing."""
    moment = str(int(clock.now().timestamp()))
    sign = b64encode(hmac.digest(f"{moment}\n{found[2]}".encode(), b"", "sha256")).decode()
    facts = {"timestamp": moment, "sign": sign, "msg_type": "text", "content": {"text": text}}
    with suppress(requests.RequestException):
        return _Heard.post(f"https://open.feishu.cn/open-apis/bot/v2/hook/{found[1]}", json=facts).ok
    return False


def _refuses(answer: requests.Response) -> bool:
    """WeCom and DingTalk answer a refusal with status 200 and a number, which apprise alone takes for sent."""
    try:
        facts = answer.json()
    except ValueError:
        return True
    return not isinstance(facts, dict) or bool(facts.get("errcode") or facts.get("code"))
