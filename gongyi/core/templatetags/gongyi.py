"""Tags of every page: a moment in words, an icon, the key of a form, a masked value."""

import html
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import uuid4

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from gongyi.core import clock
from gongyi.core.deadlines import ZONE
from gongyi.core.secrets import HIDDEN_WORD, mask_text

register = template.Library()

WEEKDAYS = [
    gettext_lazy("周一"), gettext_lazy("周二"), gettext_lazy("周三"), gettext_lazy("周四"), gettext_lazy("周五"),
    gettext_lazy("周六"), gettext_lazy("周日"),
]  # fmt: skip
TONE_ICONS = {"soon": "clock", "late": "exclamation-triangle", "done": "check-circle", "waiting": "hourglass-split"}
LONG_NUMBER = 9
LONG_TEXT, EXCERPT = 160, 120  # characters: from where on a text is folded, and what of it is seen then
A_DAY = timedelta(days=1)
SYSTEMS = {
    "Android": gettext_lazy("安卓手机"), "OpenHarmony": gettext_lazy("鸿蒙手机"), "iPhone": gettext_lazy("苹果手机"), "iPad": "iPad",
    "Windows": "Windows", "Macintosh": gettext_lazy("苹果电脑"), "Linux": "Linux",
}  # fmt: skip
BROWSERS = {
    "MicroMessenger": gettext_lazy("微信"),
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
# What differs on every visit though the rest of a stencil stays: these names of the context leave a hole, filled each time.
HOLES = {name: f"hole-{uuid4().hex}" for name in ("csrf_token", "here", "here_path")}
MOST_KEPT = 512  # drawings of one stencil
_NEAR = {0: gettext_lazy("今天"), 1: gettext_lazy("明天"), -1: gettext_lazy("昨天")}


def _day_words(day: date, *, year: bool) -> str:
    """The day as people say it, such as 11月30日 周一; with its year if asked."""
    return _named_day(get_language(), day, year)


@lru_cache(maxsize=4096)  # of the moments on a page many are of one day
def _named_day(_language: str | None, day: date, year: bool) -> str:  # noqa: FBT001 - a key of the cache
    words = date_format(day, _("Y年n月j日") if year else _("n月j日"))
    return f"{words} {WEEKDAYS[day.weekday()]}"


def distance_words(days: int) -> str:
    """How many calendar days ahead (positive) or ago (negative)."""
    if near := _NEAR.get(days):
        return str(near)
    if days > 0:
        return ngettext("还有 %(n)s 天", "还有 %(n)s 天", days) % {"n": days}
    return ngettext("%(n)s 天前", "%(n)s 天前", -days) % {"n": -days}


def _short_distance_words(seconds: float) -> str:
    """How far inside the same day, in hours or minutes, rounded down."""
    minutes = int(abs(seconds)) // 60
    if not minutes:
        return _("刚刚") if seconds <= 0 else _("马上")
    hours = minutes // 60
    if seconds > 0:
        if hours:
            return ngettext("还有 %(n)s 小时", "还有 %(n)s 小时", hours) % {"n": hours}
        return ngettext("还有 %(n)s 分钟", "还有 %(n)s 分钟", minutes) % {"n": minutes}
    if hours:
        return ngettext("%(n)s 小时前", "%(n)s 小时前", hours) % {"n": hours}
    return ngettext("%(n)s 分钟前", "%(n)s 分钟前", minutes) % {"n": minutes}


@register.simple_tag
def when(moment: date | datetime | None) -> SafeString:
    """A `time` element: the day and how far it is, such as 11月30日 周一 · 还有 2 天; the full moment as its title.

    A datetime must be aware; near ones (yesterday to tomorrow) show the time of day. Nothing for None.
    """
    if moment is None:
        return SafeString("")
    now, near = clock.now(), ""
    today = now.astimezone(ZONE).date()
    if isinstance(moment, datetime) and abs(ahead := moment - now) < A_DAY and moment.astimezone(ZONE).date() == today:
        near = _short_distance_words(ahead.total_seconds())
    return _time(get_language(), moment, today, near)


@lru_cache(maxsize=8192)  # the same matters stand on one list after the other
def _time(_language: str | None, moment: date | datetime, today: date, near: str) -> SafeString:
    """The element; `near` says how far a moment of today is."""
    moment = moment.astimezone(ZONE) if isinstance(moment, datetime) else moment
    day, hour, machine = local_day(moment), "", moment.isoformat()
    if isinstance(moment, datetime):
        hour, machine = f"{moment:%H:%M}", moment.isoformat(timespec="minutes")
    words, days = _day_words(day, year=day.year != today.year), (day - today).days
    if abs(days) <= 1:
        words = f"{words} {hour}".strip()
    full = f"{_day_words(day, year=True)} {hour}".strip()
    far = near or distance_words(days)
    return SafeString(f'<time datetime="{machine}" title="{_text(full)}">{_text(words)} · {_text(far)}</time>')


@register.filter(expects_localtime=True)
def local_day(moment: date | datetime) -> date:
    """The day on the county's wall calendar; templates hand over local time."""
    return moment.date() if isinstance(moment, datetime) else moment


@register.filter(expects_localtime=True)
def hour(moment: datetime) -> str:
    """The time of day, 09:05; templates hand over local time."""
    return f"{moment:%H:%M}"


@register.simple_tag
def day(moment: date) -> SafeString:
    """A `time` element with the day alone, such as 11月30日 周一; the year and how far it is as its title."""
    moment, today = local_day(moment), clock.today()
    words, full = _day_words(moment, year=moment.year != today.year), _day_words(moment, year=True)
    far = distance_words((moment - today).days)
    return format_html('<time datetime="{}" title="{} · {}">{}</time>', moment.isoformat(), full, far, words)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; decoration unless `label` says what it means."""
    return _icon(name, str(label))


@lru_cache(maxsize=1024)  # some fifty icons with a few labels each, asked for dozens of times on every page
def _icon(name: str, label: str) -> SafeString:
    markup = '<svg class="icon" width="16" height="16" fill="currentColor" focusable="false" {}><use href="{}#{}"></use></svg>'
    role = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(markup, role, static("icons.svg"), name)


@register.simple_tag
def stamp(turn: Any) -> SafeString:
    """Whose turn it is, from {words, tone, icon}; it breaks only at " · ". Nothing without words."""
    facts = turn if isinstance(turn, dict) else vars(turn) if turn else {}
    return _stamp(str(facts.get("words") or ""), facts.get("tone") or "plain", facts.get("icon") or "")


@lru_cache(maxsize=4096)  # 归档 · 解决 and its like stand in most lines of most lists
def _stamp(words: str, tone: str, icon_name: str) -> SafeString:
    if not words:
        return SafeString("")
    halves = " · ".join([f"<span>{_text(half)}</span>" for half in words.split(" · ")])
    mark = icon(icon_name or tone_icon(tone))
    return SafeString(f'<span class="stamp tone-{_text(tone)}">{mark}<span class="stamp-words">{halves}</span></span>')


@register.simple_tag
def line(row: Mapping[str, Any], more: str = "") -> SafeString:
    """One line of a list, from {url, title, number, turn, unit, topic, at, more}; `more` is HTML below. Thirty stand on a page,
    and a template, as also `format_html`, takes several times as long for each.
    """
    facts = (row.get("unit"), row.get("topic"), when(row.get("at") or None))
    meta = "".join([f"<span>{_text(fact)}</span>" for fact in facts if fact])
    return _item(row, f'<p class="item-meta">{meta}</p>\n{_text(more or row.get("more", ""))}')


@register.simple_tag(takes_context=True)
def task(context: template.Context, todo: Any) -> SafeString:
    """One line of Today, from {row, why, step, only}: like `line`, with its reason and the button of the next step."""
    lone = _("只有您能做")
    only = f'<span class="badge-word tone-soon">{lone}</span> ' if todo.only else ""
    button = _way(context, todo.step, "btn above", _text(todo.step["label"])) if todo.step else ""
    return _item(todo.row, f'<p class="item-why">{only}{_text(todo.why)}</p>', button)


def _item(row: Mapping[str, Any], below: str, beside: str = "") -> SafeString:
    number, url, title = [_text(row.get(name, "")) for name in ("number", "url", "title")]
    return SafeString(
        f'<li class="item">\n<span class="item-number">{number}</span>\n<div>\n<a class="item-title" href="{url}">{title}</a>\n'
        f'{below}</div>\n<div class="item-turn">{stamp(row.get("turn"))}{beside}</div>\n</li>\n'
    )


def _text(value: object) -> str:
    """What `conditional_escape` gives, at half its price."""
    return value if isinstance(value, SafeString) else html.escape(str(value))


def _way(context: template.Context, step: Mapping[str, Any], css: str, words: str) -> str:
    """A step as a link, or as a form of its own where it is done at once."""
    if step.get("method") != "post":
        return f'<a class="{css}" href="{_text(step["url"])}">{words}</a>'
    hidden = f"{CsrfTokenNode().render(context)}{form_key()}"
    return f'<form method="post" action="{_text(step["url"])}">{hidden}<button class="{css}">{words}</button></form>'


@register.simple_tag
def timeline(events: Iterable[Mapping[str, Any]]) -> SafeString:
    """The days and lines of a timeline, from {at: datetime, who, what, why, text, tone, icon, gone}; long texts are folded, those of
    a line that was taken back (`gone`) are struck out. Written out as `line` is.
    """
    days = groupby(events, key=lambda event: event["at"].astimezone(ZONE).date())
    lists = [
        f'<h3 class="timeline-day">{when(day)}</h3>\n<ol class="timeline">\n{_lines(of)}</ol>\n' for day, of in days
    ]
    return SafeString("".join(lists))


def _lines(events: Iterable[Mapping[str, Any]]) -> str:
    colon, gone, found = _("："), _("（已撤回）"), []
    for event in events:
        tone, text, why = event.get("tone") or "plain", str(event.get("text") or ""), event.get("why")
        words = _folded(text) if len(text) > LONG_TEXT else f"<p>{_text(text)}</p>"
        because = f"<span>{colon}{_text(why)}</span>" if why else ""
        struck = ""
        if event.get("gone"):
            struck, because = ' class="struck"', f"{because} <span>{gone}</span>"
        found.append(
            f'<li>\n<span class="dot tone-{tone}">{icon(event.get("icon") or tone_icon(tone))}</span>\n'
            f'<p class="timeline-what"><strong>{_text(event["what"])}</strong>{because}</p>\n'
            f'<p class="timeline-who">{_text(event["who"])} · {hour(event["at"].astimezone(ZONE))}</p>\n'
            f"{f'<blockquote{struck}>{words}</blockquote>' if text else ''}</li>\n"
        )
    return "".join(found)


def _folded(text: str) -> SafeString:
    markup = (
        '<details class="fold text-fold"><summary><span class="excerpt">{}</span><span class="unfold">{}{}</span></summary>'
        "<p>{}</p></details>"
    )
    whole = _("全文 %(n)s 字") % {"n": len(text)}
    return format_html(markup, Truncator(text).chars(EXCERPT), icon("chevron-right"), whole, text)


@register.simple_tag(takes_context=True)
def menu_steps(context: template.Context, steps: Iterable[Mapping[str, Any]]) -> SafeString:
    """The lines of a menu, each from {label, url, method, consequence, icon, danger}: what it is called and what follows from it."""
    return SafeString("".join([f"<li>{_menu_step(context, step)}</li>" for step in steps]))


def _menu_step(context: template.Context, step: Mapping[str, Any]) -> str:
    danger = ' class="danger"' if step.get("danger") else ""
    follows = f"<small>{_text(told)}</small>" if (told := step.get("consequence")) else ""
    words = f"<span><span{danger}>{_text(step.get('label', ''))}</span>{follows}</span>"
    return _way(context, step, "menu-item", f"{icon(step.get('icon') or 'chevron-right')}{words}")


@register.filter
def tone_icon(tone: str) -> str:
    """The icon that goes with a tone when no other is named."""
    return TONE_ICONS.get(tone, "circle")


@register.filter
def message_tone(level: str) -> str:
    """The tone of a message's level."""
    return {"success": "done", "warning": "soon", "error": "late"}.get(level, "waiting")


@register.simple_tag
def form_key() -> SafeString:
    """The hidden key by which a form that is sent twice is taken once."""
    return SafeString(f'<input type="hidden" name="_key" value="{uuid4()}">')


@register.filter
def alone(thing: object) -> list[object]:
    """A list of this one thing."""
    return [thing]


@register.filter
def masked(value: str | None) -> str:
    """138****5678 for a long number, 东湖镇**** for a long text, 王** for a name; empty stays empty."""
    text = (value or "").strip()
    if len(text) < LONG_NUMBER:
        return text[:1] + "*" * (len(text) - 1)
    return f"{text[:3]}****{text[-4:] if text[-4:].isdigit() else ''}"


@register.filter
def mask_numbers(text: str) -> str:
    """A text with the numbers of people in it masked."""
    return mask_text(text)


@register.filter
def hidden_words(text: str) -> SafeString:
    """A public text with 〔电话〕 and its like marked as what was hidden."""
    pieces, at = list[SafeString](), 0
    for found in HIDDEN_WORD.finditer(text):
        pieces.append(format_html('{}<mark class="hidden-word">{}</mark>', text[at : found.start()], found[0]))
        at = found.end()
    return format_html("{}{}", format_html_join("", "{}", ((piece,) for piece in pieces)), text[at:])


@register.filter
def browser(agent: str) -> str:
    """A browser's long name as its owner would say it, such as 安卓手机 · 微信; the beginning of it if it is unknown."""
    named = (next((str(w) for sign, w in table.items() if sign in agent), "") for table in (SYSTEMS, BROWSERS))
    return " · ".join(filter(None, named)) or agent[:40]


class Stencil(template.Node):
    """A piece of a page kept as drawn, one drawing for each language and keys."""

    def __init__(self, nodelist: template.NodeList, keys: list[Any]) -> None:
        self.nodelist, self.keys = nodelist, keys
        self.kept: dict[tuple[Any, ...], str] = {}

    def render(self, context: template.Context) -> SafeString:
        """The piece with its holes filled; drawn anew where a key is missing or empty."""
        keys = (get_language(), *(key.resolve(context) for key in self.keys))
        drawn = self.kept.get(keys)
        if drawn is None:
            with context.push(**HOLES):
                drawn = self.nodelist.render(context)
            if all(key not in ("", None) for key in keys[1:]):
                if len(self.kept) >= MOST_KEPT:
                    self.kept.clear()
                self.kept[keys] = drawn
        for name, hole in HOLES.items():
            if hole in drawn:
                drawn = drawn.replace(hole, escape(str(context.get(name, ""))))
        return SafeString(drawn)


@register.tag
def stencil(parser: template.base.Parser, token: template.base.Token) -> Stencil:
    """`{% stencil key… %} … {% endstencil %}`: drawn once for all visits with the same keys, which must hold all that it prints
    but the form token, `here` (the address with its query) and `here_path`.
    """
    keys = [parser.compile_filter(key) for key in token.split_contents()[1:]]
    nodelist = parser.parse(("endstencil",))
    parser.delete_first_token()
    return Stencil(nodelist, keys)
