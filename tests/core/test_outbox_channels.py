"""Each way out of the house, to real servers: what arrives there, what their answers mean, where nothing may go."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from gongyi.core import clock
from gongyi.core.models import Channel, Way
from gongyi.core.outbox import channels
from gongyi.core.outbox.channels import Letter, NotSent, fits, message_id, send, sms_host
from gongyi.core.outbox.words import REASONS
from tests.receivers import decoded, gateway_server, messenger_server, smtp_server

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef0123"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/2f4d1c7e-aaaa"


def letter(to: str, text: str = "共议：新派来的办件，请签收", **facts) -> Letter:
    return Letter(uuid4(), to, "共议：有消息在等您", text, **facts)


def channel(way: str, **facts) -> Channel:
    return Channel(county=999001, way=way, active=True, **facts)


def failure(to: Channel, what: Letter) -> NotSent:
    with pytest.raises(NotSent) as caught:
        send(to, what)
    return caught.value


@pytest.fixture
def mail(settings):
    settings.EMAIL_FROM = "gongyi@county.example"
    with smtp_server() as (box, server):
        settings.GONGYI_MAIL = server
        yield box


@pytest.fixture
def sms(settings):
    with gateway_server() as (gateway, url):
        settings.GONGYI_SMS_HOSTS = {url.removesuffix("/send")}
        yield gateway, channel(Way.SMS, url=url, key_name="county-1", secret=gateway.secret)


@pytest.fixture
def messenger(tmp_path, monkeypatch):
    with messenger_server(tmp_path, monkeypatch) as found:
        yield found


# --- mail -------------------------------------------------------------------------------------------------------------


def test_mail_arrives_with_the_message_id_that_was_fixed_before(mail):
    what = letter("wang@county.example")
    send(channel(Way.MAIL), what)
    send(channel(Way.MAIL), what)
    assert [found["Message-ID"] for found in mail.letters] == [message_id(what.key)] * 2
    assert message_id(what.key) == f"<{what.key}@county.example>"
    assert mail.letters[0]["Subject"] == "共议：有消息在等您"
    assert mail.letters[0]["Auto-Submitted"] == "auto-generated"
    assert decoded(mail.letters[0]).strip() == what.text
    assert mail.seen == ["wang@county.example"] * 2


@pytest.mark.parametrize(
    ("answer", "reason", "forever"), [("550 no such box", "refused", True), ("451 later", "busy", False)]
)
def test_mail_tells_a_box_that_is_not_there_from_a_busy_one(mail, answer, reason, forever):
    mail.answer = answer
    found = failure(channel(Way.MAIL), letter("wang@county.example"))
    assert (found.reason, found.forever, found.gateway) == (reason, forever, False)


def test_mail_to_a_server_that_is_away_fails_for_all_letters(settings):
    with smtp_server() as (_box, server):
        settings.GONGYI_MAIL = server
    found = failure(channel(Way.MAIL), letter("wang@county.example"))
    assert (found.reason, found.forever, found.gateway) == ("away", False, True)


def test_mail_with_a_wrong_password_fails_for_all_letters(settings):
    with smtp_server(user="gongyi", password="right") as (box, server):
        settings.GONGYI_MAIL = server | {"EMAIL_HOST_USER": "gongyi", "EMAIL_HOST_PASSWORD": "wrong"}
        found = failure(channel(Way.MAIL), letter("wang@county.example"))
        assert (found.reason, found.gateway) == ("auth", True)
        settings.GONGYI_MAIL = server | {"EMAIL_HOST_USER": "gongyi", "EMAIL_HOST_PASSWORD": "right"}
        send(channel(Way.MAIL), letter("wang@county.example"))
    assert len(box.letters) == 1


@pytest.mark.parametrize(
    "address", ["wang@x.example\nBcc: all@x.example", "wang", "a@b@c", "@", f"{'a' * 200}@x.example"]
)
def test_no_such_mail_address_is_taken(address):
    assert not fits(Way.MAIL, address)


# --- text messages ----------------------------------------------------------------------------------------------------


def test_sms_is_signed_and_a_second_copy_is_told_by_its_key(sms):
    gateway, way = sms
    what = letter("138 1234 5678", template="answered", values={"number": "4311-0286"})
    send(way, what)
    send(way, what)  # 409: it has this one already
    headers, facts = gateway.calls[0]
    assert facts == {
        "id": str(what.key), "to": "13812345678", "text": what.text, "template": "answered", "values": {"number": "4311-0286"},
    }  # fmt: skip
    assert headers["Idempotency-Key"] == str(what.key)
    assert headers["X-Gongyi-Key"] == "county-1"
    assert len(gateway.calls) == 2
    assert list(gateway.taken) == [str(what.key)]


def test_control_a_gateway_with_another_secret_refuses_the_signature(sms):
    gateway, way = sms
    gateway.secret = "another"
    found = failure(way, letter("13812345678"))
    assert (found.reason, found.gateway) == ("auth", True)


@pytest.mark.parametrize(
    ("status", "reason", "forever", "gateway"),
    [
        (400, "refused", True, False), (422, "refused", True, False), (401, "auth", False, True), (429, "busy", False, True),
        (500, "busy", False, True), (503, "busy", False, True), (302, "answer", False, False),
    ],
)  # fmt: skip
def test_what_the_answers_of_a_gateway_mean(sms, status, reason, forever, gateway):
    sms[0].status = status
    found = failure(sms[1], letter("13812345678"))
    assert (found.reason, found.forever, found.gateway) == (reason, forever, gateway)


def test_a_gateway_leads_us_nowhere(sms, settings):
    gateway, way = sms
    with gateway_server() as (other, url):
        settings.GONGYI_SMS_HOSTS |= {url.removesuffix("/send")}
        gateway.status, gateway.location = 307, url
        failure(way, letter("13812345678"))
    assert other.calls == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/send", "https://169.254.169.254/latest", "https://sms.example.evil/send", "ftp://sms.example/send",
        "https://sms.example@evil.example/", "https://evil.example/?sms.example", "file:///etc/passwd", "https://sms.example:99999/",
        "http://sms.example/send", "https://sms.example\n.evil/", "", "https:///send", "https://user:pw@sms.example/send",
    ],
)  # fmt: skip
def test_a_gateway_that_the_installation_does_not_name_is_never_asked(settings, url):
    settings.GONGYI_SMS_HOSTS = {"sms.example"}
    assert sms_host("https://sms.example/send")
    assert sms_host(url) is None
    way = channel(Way.SMS, url=url, secret="x")
    assert not channels.usable(way)
    assert failure(way, letter("13812345678")).reason == "refused"


# --- messengers -------------------------------------------------------------------------------------------------------


def test_messengers_get_the_text_at_their_own_names(messenger):
    send(channel(Way.WECOM), letter(WECOM))
    send(channel(Way.DINGTALK), letter(f"{DINGTALK} SEC0123456789abcdef0123"))
    send(channel(Way.FEISHU), letter(FEISHU))
    wecom, dingtalk, feishu = messenger.calls
    assert wecom[:2] == ("qyapi.weixin.qq.com", "/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4")
    assert wecom[2]["text"]["content"] == letter("").text
    assert dingtalk[0] == "oapi.dingtalk.com"
    assert "sign=" in dingtalk[1]
    assert dingtalk[2]["text"]["content"] == letter("").text
    assert (feishu[0], feishu[1].rstrip("/")) == ("open.feishu.cn", "/open-apis/bot/v2/hook/2f4d1c7e-aaaa")
    assert feishu[2]["content"]["text"] == letter("").text


@pytest.mark.parametrize(("way", "url"), [(Way.WECOM, WECOM), (Way.DINGTALK, DINGTALK), (Way.FEISHU, FEISHU)])
def test_a_messenger_that_says_no_with_status_200_is_believed(messenger, way, url):
    messenger.answer = {"errcode": 93000, "code": 9499}
    found = failure(channel(way), letter(url))
    assert (found.reason, found.forever, found.gateway) == ("refused", False, False)


@pytest.mark.parametrize(("way", "url"), [(Way.WECOM, WECOM), (Way.DINGTALK, DINGTALK), (Way.FEISHU, FEISHU)])
def test_a_messenger_leads_us_nowhere(messenger, way, url):
    messenger.status, messenger.location = 307, "https://elsewhere.example/"
    failure(channel(way), letter(url))
    assert [call[0] for call in messenger.calls] == [url.split("/")[2]]


@pytest.mark.parametrize(
    ("way", "url"),
    [
        (Way.WECOM, "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=693a91f67xxx4bc4"),
        (Way.WECOM, "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f67xxx4bc4"),
        (Way.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/other?key=693a91f67xxx4bc4"),
        (Way.WECOM, "https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send?key=693a91f67xxx4bc4"),
        (Way.WECOM, WECOM + "&debug=1"),
        (Way.WECOM, DINGTALK),
        (Way.DINGTALK, "https://127.0.0.1/robot/send?access_token=0123456789abcdef0123"),
        (Way.DINGTALK, f"{DINGTALK} nosecret"),
        (Way.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/../../x"),
        (Way.FEISHU, "json://127.0.0.1:80/"),
        (Way.FEISHU, "file:///etc/passwd"),
        (Way.SMS, "110"),
    ],
)
def test_an_address_that_is_none_of_a_messenger_is_refused_and_never_asked(messenger, way, url):
    assert not fits(way, url)
    if way in channels.ROBOTS:
        assert failure(channel(way), letter(url)).forever
    assert messenger.calls == []


def test_a_messenger_that_is_away_fails_for_all_letters(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    found = failure(channel(Way.WECOM), letter(WECOM))
    assert (found.reason, found.gateway) == ("away", True)


def test_only_channels_with_all_they_need_are_usable(settings):
    settings.GONGYI_MAIL, settings.GONGYI_SMS_HOSTS = {}, {"sms.example"}
    assert not channels.usable(channel(Way.MAIL))
    settings.GONGYI_MAIL = {"EMAIL_HOST": "127.0.0.1"}
    assert channels.usable(channel(Way.MAIL))
    assert not channels.usable(Channel(county=999001, way=Way.MAIL, active=False))
    assert not channels.usable(channel(Way.SMS, url="https://sms.example/"))
    assert channels.usable(channel(Way.SMS, url="https://sms.example/", secret="x"))


def test_feishu_signs_where_the_robot_asks_for_it(messenger):
    """签名校验 as Feishu describes it: HMAC-SHA256 with time and secret as key, over nothing."""
    with clock.at(datetime(2026, 11, 24, 4, tzinfo=UTC)):
        send(channel(Way.FEISHU), letter(f"{FEISHU} SignSecret_0123456789"))
    host, path, facts = messenger.calls[0]
    assert (host, path) == ("open.feishu.cn", "/open-apis/bot/v2/hook/2f4d1c7e-aaaa")
    assert facts == {
        "timestamp": "1795492800", "sign": "zE0JhgnZCOfyuRqYNfb1Qm+iW8sn+s38GMmX9NbEVvA=",
        "msg_type": "text", "content": {"text": letter("").text},
    }  # fmt: skip
    messenger.answer = {"code": 19021, "msg": "sign match fail"}
    assert failure(channel(Way.FEISHU), letter(f"{FEISHU} SignSecret_0123456789")).reason == "refused"
    messenger.status = 500
    assert failure(channel(Way.FEISHU), letter(f"{FEISHU} SignSecret_0123456789")).reason == "refused"


def test_feishu_that_is_away_fails_for_all_signed_letters_too(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    found = failure(channel(Way.FEISHU), letter(f"{FEISHU} SignSecret_0123456789"))
    assert (found.reason, found.gateway) == ("away", True)


@pytest.mark.parametrize(
    ("word", "answer", "told"),
    [
        ("MAIL", "553 no such sender", ("sender", False, True)), ("MAIL", "451 later", ("busy", False, True)),
        ("MAIL", "530 authentication required", ("sender", False, True)), ("DATA", "554 not wanted", ("refused", True, False)),
        ("DATA", "452 full", ("busy", False, False)), ("HELLO", "554 go away", ("busy", False, True)),
    ],
)  # fmt: skip
def test_mail_tells_our_own_trouble_from_one_letters(mail, word, answer, told):
    """A sender whom the server does not take is no fault of the reader's address: no letter is given up for it."""
    mail.answers = {word: answer}
    found = failure(channel(Way.MAIL), letter("wang@county.example"))
    assert (found.reason, found.forever, found.gateway) == told
    assert found.reason in REASONS


def test_mail_port_465_speaks_tls_from_the_first_byte(settings, monkeypatch):
    made = {}
    monkeypatch.setattr(channels, "get_connection", lambda _backend, **facts: made.update(facts))
    monkeypatch.setattr(channels.EmailMessage, "send", lambda _mail: 1)
    settings.GONGYI_MAIL = {"EMAIL_HOST": "x.example", "EMAIL_PORT": 465, "EMAIL_USE_TLS": True}
    send(channel(Way.MAIL), letter("wang@county.example"))
    assert (made["use_ssl"], made["use_tls"]) == (True, False)


@pytest.mark.parametrize("sender", ["gongyi@county.example", "共议 <gongyi@county.example>"])
def test_the_message_id_has_the_host_of_the_sender(mail, settings, sender):
    settings.EMAIL_FROM = sender
    what = letter("wang@county.example")
    send(channel(Way.MAIL), what)
    assert mail.letters[0]["Message-ID"] == f"<{what.key}@county.example>"


LINES = ["\r\nBcc: all@evil.example", "\nX-Evil: 1", "\r\n\r\n<b>x</b>", "\x00", "\u2028Bcc: x@evil.example", "=1+1"]


@pytest.mark.parametrize("tail", LINES)
def test_r8_no_words_become_a_header_of_a_mail_or_another_receiver(mail, tail):
    with suppress(NotSent, ValueError):
        send(channel(Way.MAIL), Letter(uuid4(), "wang@county.example", "共议：有消息在等您", f"路灯{tail}"))
    for sent in mail.letters:
        assert set(sent.keys()) <= PLAIN_HEADERS, sent.keys()
    assert set(mail.seen) <= {"wang@county.example"}
    assert not fits(Way.MAIL, f"wang@county.example{tail}")
    assert not fits(Way.SMS, f"13812345678{tail}1")


@pytest.mark.parametrize("tail", LINES)
def test_r8_words_in_a_text_message_stay_words(sms, tail):
    gateway, way = sms
    send(way, letter("13812345678", f"路灯{tail}", values={"number": tail}))
    headers, facts = gateway.calls[0]
    assert (facts["text"], facts["values"]) == (f"路灯{tail}", {"number": tail})
    assert "X-Evil" not in headers


PLAIN_HEADERS = {
    "Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted",
    "X-Peer", "X-MailFrom", "X-RcptTo",
}  # fmt: skip


def test_r8_control_a_header_that_is_not_plain_is_seen(mail):
    mail_ = channels.EmailMessage("x", "y", "gongyi@county.example", ["wang@county.example"], headers={"X-Evil": "1"})
    mail_.connection = channels.get_connection(
        channels.MAIL,
        host=channels.settings.GONGYI_MAIL["EMAIL_HOST"],
        port=channels.settings.GONGYI_MAIL["EMAIL_PORT"],
    )
    mail_.send()
    assert not set(mail.letters[0].keys()) <= PLAIN_HEADERS
