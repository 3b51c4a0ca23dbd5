"""Recording without a network: an intake page that belongs to nobody, and the service worker that shows it."""

import json
from functools import cache
from hashlib import sha256
from re import findall

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongyi.core.http import public


@cache
def _shell(_language: str | None) -> str:
    """The page, drawn without a request, so that nothing of anybody can stand in it."""
    return render_to_string("home/offline.html", {"title": _("没有网也能记")})


@public("an empty page, the same for everybody; it is kept on the phone for when there is no network")
def shell(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_shell(get_language()))


@public("the browser's own errand boy; it holds no data")
def worker(_request: HttpRequest) -> HttpResponse:
    page = _shell(get_language())
    files = sorted({*findall(rf'"({settings.STATIC_URL}[^"#]+)', page), static("icons.svg")})
    code = (settings.BASE / "gongyi" / "static" / "js" / "worker.js").read_text(encoding="utf-8")
    version = sha256(f"{page}{code}".encode()).hexdigest()[:16]
    words = f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(files)};\n{code}"
    return HttpResponse(words, content_type="text/javascript")
