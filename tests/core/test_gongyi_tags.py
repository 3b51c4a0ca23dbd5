"""The tags of every page."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils.html import escape
from django.utils.translation import override

from gongyi.core import clock
from gongyi.core.templatetags import gongyi as tags

NOON = datetime(2026, 11, 28, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def saturday_noon():
    with clock.at(NOON), override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(days=2), "11月30日 周一 · 还有 2 天"),
        (timedelta(days=-3), "11月25日 周三 · 3 天前"),
        (timedelta(days=1), "11月29日 周日 12:00 · 明天"),
        (timedelta(hours=-13), "11月27日 周五 23:00 · 昨天"),
        (timedelta(hours=9), "11月28日 周六 21:00 · 还有 9 小时"),
        (timedelta(minutes=-5), "11月28日 周六 11:55 · 5 分钟前"),
        (timedelta(minutes=90), "11月28日 周六 13:30 · 还有 1 小时"),
        (timedelta(hours=-2), "11月28日 周六 10:00 · 2 小时前"),
        (timedelta(minutes=20), "11月28日 周六 12:20 · 还有 20 分钟"),
        (timedelta(0), "11月28日 周六 12:00 · 刚刚"),
        (timedelta(seconds=30), "11月28日 周六 12:00 · 马上"),
        (timedelta(days=60), "2027年1月27日 周三 · 还有 60 天"),
    ],
)
def test_when_speaks_of_the_moment(ahead, words):
    assert f">{words}</time>" in tags.when(NOON + ahead)


def test_when_carries_the_full_moment():
    shown = tags.when((NOON + timedelta(days=2)).astimezone(ZoneInfo("UTC")))
    assert 'datetime="2026-11-30T12:00+08:00"' in shown
    assert 'title="2026年11月30日 周一 12:00"' in shown


def test_when_of_a_date_has_no_hour():
    assert ">11月28日 周六 · 今天</time>" in tags.when(date(2026, 11, 28))
    assert 'datetime="2026-11-28"' in tags.when(date(2026, 11, 28))


def test_when_of_nothing_is_empty():
    assert tags.when(None) == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13812345678", "138****5678"),
        ("王小二", "王**"),
        ("", ""),
        (None, ""),
        ("东湖镇李家村三组十二号", "东湖镇****"),
    ],
)
def test_masked_hides_the_middle(value, shown):
    assert tags.masked(value) == shown


def test_icon_is_decoration_unless_it_speaks():
    assert 'aria-hidden="true"' in tags.icon("clock")
    assert 'role="img" aria-label="搜&lt;索"' in tags.icon("search", "搜<索")


def test_form_key_is_new_each_time():
    keys = {tags.form_key().split('value="')[1].rstrip('">') for _ in range(2)}
    assert len({UUID(key) for key in keys}) == 2


def test_tone_icon_has_one_for_each_tone():
    assert len({tags.tone_icon(tone) for tone in ("soon", "late", "done", "waiting", "plain")}) == 5


def test_stencil_is_drawn_once_for_its_keys_and_language():
    page = Template("{% stencil key %}{{ word }}{% endstencil %}")

    def drawn(key, word):
        return page.render(Context({"key": key, "word": word}))

    assert [drawn("a", "一"), drawn("a", "二"), drawn("b", "三")] == ["一", "一", "三"]
    with override("en"):
        assert drawn("a", "four") == "four"
    assert [drawn("", "五"), drawn("", "六")] == ["五", "六"]  # without a key always anew


def test_stencil_fills_its_holes_on_every_visit():
    page = Template('{% stencil "x" %}{% csrf_token %}{{ here }}{% endstencil %}')
    for token, here in (("t1", "/a/?b&c"), ("t2", "/<d>/")):
        html = page.render(Context({"csrf_token": token, "here": here}))
        assert html == f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">{escape(here)}'


def test_stencil_keeps_a_limited_number(monkeypatch):
    monkeypatch.setattr(tags, "MOST_KEPT", 2)
    page = Template("{% stencil key %}{% endstencil %}")
    for key in range(9):
        page.render(Context({"key": key}))
    assert len(page.nodelist[0].kept) <= 2


def test_line_escapes_what_it_prints():
    row = {"url": "/a/", "title": "<b>", "number": "1", "unit": "<u>", "topic": "", "at": None, "turn": None}
    html = tags.line(row, "<i>")
    assert "&lt;b&gt;" in html
    assert "<span>&lt;u&gt;</span>" in html
    assert "&lt;i&gt;" in html
    assert "<b>" not in html
