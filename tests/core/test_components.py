"""Each building block shows what it promises and nothing of its surroundings."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.paginator import Paginator
from django.template import Context, engines
from django.test import RequestFactory
from django.utils.translation import override
from django_cotton.compiler_regex import CottonCompiler

from gongyi.core import clock

COMPONENTS = Path(__file__).parents[2] / "gongyi/templates/components"
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


def show(markup, path="/", **context):
    """The HTML of this markup in a page with this context."""
    with clock.at(NOW), override("zh-hans"):
        page = engines["django"].from_string(CottonCompiler().process(markup)).template
        around = Context({"request": RequestFactory().get(path), "csrf_token": "t", **context})
        around.request = around["request"]
        return " ".join(page.render(around).split())


LEAKY = dict.fromkeys(("words", "turn", "url", "label", "title", "value", "why", "hits", "events", "others"), "LEAK")


@pytest.mark.parametrize("name", sorted(p.stem for p in COMPONENTS.glob("*.html")))
def test_component_says_what_it_takes_and_shows_nothing_of_the_page(name):
    assert "{% comment %}" in (COMPONENTS / f"{name}.html").read_text().splitlines()[0]
    assert "LEAK" not in show(f"<c-{name.replace('_', '-')} />", **LEAKY)


def test_component_without_declared_attributes_would_leak():
    text = (COMPONENTS / "badge.html").read_text()
    assert "LEAK" in show("\n".join(line for line in text.splitlines() if "<c-vars" not in line), **LEAKY)


def test_turn_stamp_says_whose_turn_in_words_icon_and_tone():
    html = show('<c-turn-stamp :turn="t" />', t={"words": "等东湖镇签收 · 还剩 2 天", "tone": "waiting"})
    assert "tone-waiting" in html
    assert "#hourglass-split" in html
    assert "<span>等东湖镇签收</span> · <span>还剩 2 天</span>" in html
    assert show('<c-turn-stamp :turn="t" />', t=None) == ""


def test_two_clocks_explain_the_day():
    day = {"day": NOW.date(), "words": "不算：周日", "counted": False}
    html = show('<c-two-clocks waited="群众已等 6 天" left="本单位还剩 9 小时" tone="late" :days="days" />', days=[day])
    assert html.index("群众已等 6 天") < html.index("本单位还剩 9 小时")
    assert "为什么是这一天？" in html
    assert '<li class="off">' in html


def test_row_is_one_link_and_escapes_its_title():
    html = show('<c-row url="/a" title="{{ t }}" number="4311-0286" :turn="turn" />', t="<b>路灯</b>", turn={})
    assert html.count("<a ") == 1
    assert "&lt;b&gt;路灯" in html


def test_filter_bar_chips_lead_to_the_list_without_them():
    html = show('<c-filter-bar :chips="c" />', c=[{"words": "过期", "url": "?unit=1"}])
    assert 'href="?unit=1">过期' in html
    assert "全部" in html
    assert "全部" not in show("<c-filter-bar />")


def test_action_bar_posts_with_key_and_says_the_consequence():
    steps = [{"label": "退单", "url": "/r", "consequence": "退回后由县里重新派单"}]
    first = {"label": "签收", "url": "/s", "method": "post", "consequence": "从现在起算"}
    html = show('<c-action-bar :primary="p" :others="o" />', p=first, o=steps)
    assert html.count("btn-primary") == 1
    assert 'name="_key"' in html
    assert 'name="csrfmiddlewaretoken"' in html
    assert "退回后由县里重新派单" in html
    assert "更多" not in show('<c-action-bar :primary="p" />', p=first)


def test_timeline_groups_by_local_day_and_folds_long_texts():
    late = datetime(2026, 11, 23, 17, tzinfo=UTC)  # already the 24th in the county
    events = [
        {"at": NOW - timedelta(days=2), "who": "东湖镇", "what": "签收"},
        {"at": late, "who": "东湖镇", "what": "答复", "text": "字" * 200},
        {"at": NOW, "who": "县里", "what": "回访"},
    ]
    html = show('<c-timeline :events="e" />', e=events)
    assert html.count("timeline-day") == 2
    assert "全文 200 字" in html
    assert html.index("签收") < html.index("答复") < html.index("回访")


def test_masked_value_asks_for_the_purpose_and_says_that_it_is_logged():
    html = show(
        '<c-masked-value masked="138****5678" url="/p"><button name="purpose" value="call">打电话</button></c-masked-value>'
    )
    assert 'name="purpose" value="call"' in html
    assert "会记下" in html
    assert "没有留" in show("<c-masked-value />")
    assert "purpose" not in show('<c-masked-value value="13812345678" masked="138****5678" url="/p" />')


def test_figure_says_what_it_counts_and_hides_small_numbers():
    html = show('<c-figure label="收到" number="0" unit="件" period="2026年11月" scope="东湖镇" url="/f" />')
    assert "0 <small>件</small>" in html
    assert "2026年11月 · 东湖镇" in html
    assert "—" in show('<c-figure label="满意率" why="不到 10 件" />')


def test_pager_keeps_the_rest_of_the_address():
    pages = Paginator(range(90), 30)
    html = show('<c-pager :page="p" />', path="/list?unit=3&page=2", p=pages.page(2))
    assert "?unit=3&amp;page=1" in html
    assert "?unit=3&amp;page=3" in html
    assert show('<c-pager :page="p" />', p=Paginator([], 30).page(1)) == ""


def test_progress_fetches_itself_only_while_it_runs():
    assert 'hx-trigger="every 3s"' in show('<c-progress title="t" done="1" total="2" url="/p" />')
    assert "hx-" not in show('<c-progress title="t" done="2" total="2" />')
