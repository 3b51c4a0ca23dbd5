"""How a text leaves the house: mail, the robots of three messengers, a text-message gateway. Called outside transactions only.

Where it may go is fixed: the mail server of the environment, the hosts in `ROBOTS`, the gateways of GONGYI_SMS_HOSTS. An
address that people give is never fetched: it is taken apart by a pattern, and what is sent is built anew (no SSRF).
"""

import hashlib
import hmac
import http.client
import json
import re
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email

from gongyi.core import clock
from gongyi.core.models import Channel, Way
from gongyi.core.secrets import phone_digits

PATIENCE = 10  # seconds to connect, and seconds to wait for an answer
ANSWER_BYTES = 64 * 1024
SMTPS = 465  # on this port mail servers speak TLS from the first byte
MAIL = "django.core.mail.backends.smtp.EmailBackend"


class NotSent(Exception):  # noqa: N818 - it reads as a sentence
    """A text did not go out. `reason` is one of `words.REASONS`; `forever`: another try is of no use; `gateway`: nor is another text now."""

    def __init__(self, reason: str, *, forever: bool = False, gateway: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.forever, self.gateway = reason, forever, gateway


@dataclass(frozen=True)
class Letter:
    """What goes out: a key that stays the same however often it is tried, where to, and words without anything personal."""

    key: UUID
    to: str
    subject: str
    text: str
    template: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def usable(channel: Channel) -> bool:
    """Whether the county turned it on and everything that it needs is there."""
    if channel.way == Way.MAIL:
        return channel.active and bool(settings.GONGYI_MAIL)
    if channel.way == Way.SMS:
        return channel.active and bool(channel.secret) and sms_host(channel.url) is not None
    return channel.active


def send(channel: Channel, letter: Letter) -> None:
    """Hand the letter over; returns when the other side took it. Raises NotSent."""
    _SENDERS[Way(channel.way)](channel, letter)


def fits(way: str, value: str) -> bool:
    """Whether this can be an address of that way."""
    if way == Way.MAIL:
        try:
            validate_email(value)
        except ValidationError:
            return False
        return len(value) <= 120  # noqa: PLR2004 - as long as the form's box
    if way == Way.SMS:
        return bool(re.fullmatch("1[3-9][0-9]{9}", phone_digits(value)))
    return _taken_apart(way, value) is not None


# --- mail -------------------------------------------------------------------------------------------------------------


def message_id(key: UUID) -> str:
    """The Message-ID of a letter: fixed before it is sent, so that a mail server can tell a second copy."""
    return f"<{key}@{parseaddr(settings.EMAIL_FROM)[1].rpartition('@')[2] or 'gongyi'}>"


def _mail(_channel: Channel, letter: Letter) -> None:
    """By the SMTP server of EMAIL_URL."""
    server = settings.GONGYI_MAIL
    ssl = server.get("EMAIL_USE_SSL", False) or server["EMAIL_PORT"] == SMTPS  # whatever else the address says of it
    connection = get_connection(
        MAIL, host=server["EMAIL_HOST"], port=server["EMAIL_PORT"], username=server.get("EMAIL_HOST_USER"),
        password=server.get("EMAIL_HOST_PASSWORD"), use_tls=server.get("EMAIL_USE_TLS", False) and not ssl,
        use_ssl=ssl, timeout=PATIENCE,
    )  # fmt: skip
    headers = {"Message-ID": message_id(letter.key), "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(
        letter.subject, letter.text, settings.EMAIL_FROM, [letter.to], headers=headers, connection=connection
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        raise NotSent(*_said_by(max(codes)), forever=max(codes) >= 500) from error  # noqa: PLR2004 - SMTP's permanent ones
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent("auth", gateway=True) from error
    except smtplib.SMTPSenderRefused as error:  # our own name or account, so the next letter would fare no better
        raise NotSent("sender" if error.smtp_code >= 500 else "busy", gateway=True) from error  # noqa: PLR2004
    except (smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:
        raise NotSent("busy", gateway=True) from error
    except smtplib.SMTPResponseException as error:
        raise NotSent(*_said_by(error.smtp_code), forever=error.smtp_code >= 500) from error  # noqa: PLR2004
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent("away", gateway=True) from error


def _said_by(code: int) -> tuple[str]:
    return ("refused",) if code >= 500 else ("busy",)  # noqa: PLR2004 - SMTP: 4xx later, 5xx never


# --- robots of messengers ---------------------------------------------------------------------------------------------

# The only addresses that are taken. A signing secret of DingTalk or Feishu stands behind the address, after a space.
ROBOTS: dict[str, re.Pattern[str]] = {
    Way.WECOM: re.compile(r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([A-Za-z0-9_-]{8,80})"),
    Way.DINGTALK: re.compile(
        r"https://oapi\.dingtalk\.com/robot/send\?access_token=([A-Za-z0-9]{16,128})(?: (SEC[A-Za-z0-9]{16,128}))?"
    ),
    Way.FEISHU: re.compile(
        r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([A-Za-z0-9_-]{8,80})(?: ([A-Za-z0-9_-]{16,128}))?"
    ),
}


def _taken_apart(way: str, value: str) -> re.Match[str] | None:
    pattern = ROBOTS.get(way)
    return pattern.fullmatch(" ".join(value.split())) if pattern else None


def _by_robot(channel: Channel, letter: Letter) -> None:
    from gongyi.core.outbox import robots  # half a second of import that most processes never need

    found = _taken_apart(channel.way, letter.to)
    if found is None:
        raise NotSent("refused", forever=True)
    match robots.speak(channel.way, found, letter.text):
        case robots.Said.NOTHING:
            raise NotSent("away", gateway=True)
        case robots.Said.NO:
            raise NotSent("refused")


# --- text messages ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SmsHost:
    """An allowed gateway: `secure` unless the environment itself says http for a host of one's own network."""

    name: str
    port: int | None
    secure: bool


def sms_host(url: str) -> SmsHost | None:
    """Where this gateway address leads, if GONGYI_SMS_HOSTS allows it; None otherwise."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if (
        parts.username
        or parts.password
        or parts.fragment
        or not parts.hostname
        or not re.fullmatch(r"[\x21-\x7e]+", url)
    ):
        return None
    place = parts.netloc.lower()
    allowed = (
        place in settings.GONGYI_SMS_HOSTS
        if parts.scheme == "https"
        else f"http://{place}" in settings.GONGYI_SMS_HOSTS
    )
    return (
        SmsHost(parts.hostname, port, parts.scheme == "https")
        if allowed and parts.scheme in {"http", "https"}
        else None
    )


def signature(secret: str, moment: str, body: bytes) -> str:
    """What the gateway checks: HMAC-SHA256 over the time, a line break and the body, in hex."""
    return hmac.new(secret.encode(), moment.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def _sms(channel: Channel, letter: Letter) -> None:
    """One POST as docs/reference/sms.md says; redirects are not followed."""
    host = sms_host(channel.url)
    if host is None:
        raise NotSent("refused", gateway=True)
    facts = {
        "id": str(letter.key), "to": phone_digits(letter.to), "text": letter.text,
        "template": letter.template, "values": dict(letter.values),
    }  # fmt: skip
    body, moment = json.dumps(facts, ensure_ascii=False).encode(), str(int(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8", "Idempotency-Key": str(letter.key),
        "X-Gongyi-Key": channel.key_name, "X-Gongyi-Time": moment, "X-Gongyi-Signature": signature(channel.secret, moment, body),
    }  # fmt: skip
    kind = http.client.HTTPSConnection if host.secure else http.client.HTTPConnection
    connection, parts = kind(host.name, host.port, timeout=PATIENCE), urlsplit(channel.url)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = connection.getresponse()
        answer.read(ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise NotSent("away", gateway=True) from error
    finally:
        connection.close()
    _judge(answer.status)


def _judge(status: int) -> None:
    """What the gateway's answer means; 409: it has this one already."""
    match status:
        case 200 | 201 | 202 | 204 | 409:
            return
        case 401 | 403:
            raise NotSent("auth", gateway=True)
        case 408 | 425 | 429:
            raise NotSent("busy", gateway=True)
        case _ if status >= 500:  # noqa: PLR2004 - the gateway's own trouble
            raise NotSent("busy", gateway=True)
        case _ if status >= 400:  # noqa: PLR2004 - this text or number will never do
            raise NotSent("refused", forever=True)
        case _:
            raise NotSent("answer")


_SENDERS: dict[Way, Callable[[Channel, Letter], None]] = {
    Way.MAIL: _mail,
    Way.WECOM: _by_robot,
    Way.DINGTALK: _by_robot,
    Way.FEISHU: _by_robot,
    Way.SMS: _sms,
}
