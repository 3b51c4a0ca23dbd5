"""What checking the rows of any imported table needs: days, short texts, numbers, the product's words in either language."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gongyi.core import clock
from gongyi.core.imports import Checked
from gongyi.documents.reading import clean_line, moment

FIRST_DAY = datetime(1978, 1, 1, tzinfo=timezone.get_default_timezone())
MOST = 999


def moment_of(row: Checked, name: str, text: str, *, wanted: str = "", ahead: bool = False) -> datetime | None:
    """A day or time of the row; what cannot be one is a problem, so is none where it is `wanted` (a sentence), and one to come unless `ahead`."""
    if not text.strip():
        if wanted:
            row.problems.append((name, wanted))
        return None
    at = moment(text)
    if at is None:
        row.problems.append((name, _("看不出是哪一天。请写成 2026-03-05 14:30 这样。")))
    elif at > clock.now() + timedelta(days=1) and not ahead:
        row.problems.append((name, _("这个时间还没有到。")))
    elif at < FIRST_DAY:
        row.problems.append((name, _("这个时间太早了。")))
    else:
        return at
    return None


def short_texts(row: Checked, cells: Mapping[str, str], longest: Mapping[str, int]) -> None:
    """Texts of one line; one that is too long is a problem."""
    for name, most in longest.items():
        row.facts[name] = clean_line(cells.get(name, ""))
        if len(row.facts[name]) > most:
            row.problems.append((name, _("太长，最多 %(n)d 个字。") % {"n": most}))


def numbers(row: Checked, cells: Mapping[str, str], names: Iterable[str]) -> None:
    """How often something happened; what is no number counts as never."""
    for name in names:
        text = clean_line(cells.get(name, ""))
        row.facts[name] = min(int(text), MOST) if re.fullmatch("[0-9]{1,4}", text) else 0


def no_earlier(row: Checked, names: Iterable[str], start: datetime | None, words: str) -> None:
    """A moment of the first day without its hour counts as at once; one of an earlier day is a problem."""
    for name in names:
        at = row.facts[name]
        if at is None or start is None or at >= start:
            continue
        if timezone.localdate(at) == timezone.localdate(start):
            row.facts[name] = start
        else:
            row.problems.append((name, words))


def both_languages(tables: Mapping[str, Iterable[tuple[str, Any]]]) -> dict[str, dict[str, str]]:
    """Field -> word in either language -> value."""
    found: dict[str, dict[str, str]] = {name: {} for name in tables}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            for name, pairs in tables.items():
                found[name] |= {str(label): value for value, label in pairs}
    return found
