"""One box over everything that a person may see; people are looked up on their own page (rights.md P17)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.core import search
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission
from gongyi.core.secrets import mask_text


@permission(P.CASE_VIEW)
def search_page(request: ActorRequest) -> HttpResponse:
    """What holds the words of the address, best first, under the filter of the list."""
    by, text = request.actor, request.GET.get("q", "")[: search.LONGEST_QUESTION].strip()
    kinds = [kind for kind in search.KINDS.values() if by.can(kind.permission)]
    kinds.sort(key=lambda kind: kind.later)
    kind = next((kind for kind in kinds if kind.name == request.GET.get("kind")), kinds[0])
    form = kind.form(request.GET, by)
    found = search.find(by, kind, text, form.wanted())
    context = {
        "title": _("搜索"),
        "form": form,
        "q": text,
        "asked": bool(found.words),
        "may_look_up": by.can(P.PEOPLE_LOOKUP),
    }
    context |= {"chips": form.chips(request.GET), "of_people": mask_text(text) != text}
    context |= {"kinds": kinds if len(kinds) > 1 else [], "kind": kind} | _page(request, kind, found)
    return render(request, "home/search.html", context)


def _page(request: ActorRequest, kind: search.Kind, found: search.Found) -> dict[str, Any]:
    """The lines of the page that the address names, the way to those beside it, how many there are in words."""
    last = min(-(-min(found.total, search.COUNT_TO) // search.PAGE), search.PAGES)
    asked = request.GET.get("page", "")
    number = min(max(int(asked) if asked.isdecimal() and len(asked) < 4 else 1, 1), max(last, 1))  # noqa: PLR2004 - three digits
    words = ngettext("共 %(n)d 条", "共 %(n)d 条", found.total) % {"n": found.total}
    return {
        "rows": search.page(request.actor, kind, found, number),
        "count": _("超过 1,000 条") if found.total > search.COUNT_TO else words,
        "previous_url": _at(request, number - 1) if number > 1 else "",
        "next_url": _at(request, number + 1) if number < last else "",
        "place": _("第 %(n)d 页，共 %(all)d 页") % {"n": number, "all": last},
        "cut_off": number == last == search.PAGES,
    }


def _at(request: ActorRequest, number: int) -> str:
    """The same question at another page."""
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
