"""What a page lets somebody send: its forms with their fields, and plausible values for them."""

from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_plus, urljoin, urlsplit

TEXTS = {
    "date": "2026-12-01",
    "number": "1",
    "month": "2026-12",
    "time": "10:00",
    "datetime-local": "2026-12-01T10:00",
    "tel": "13899990003",
}
SPARE = {"csrfmiddlewaretoken", "_key", "next"}


@dataclass
class Field:
    """One thing to fill in: how, the values on offer ('' excepted), and what stands there."""

    kind: str
    offers: list[str] = field(default_factory=list)
    value: str = ""


@dataclass
class Form:
    """A form: where it leads (a path), how, and its fields by name."""

    path: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)

    def filled(self, text: str = "测试的文字") -> dict[str, str]:
        """Plausible values: the last offer (the first is often "none"), a text, a day to come; what stands there stays."""
        return {
            name: f.value or (f.offers[-1] if f.offers else TEXTS.get(f.kind, text))
            for name, f in self.fields.items()
            if f.kind != "file"
        }


class _Reader(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.base, self.forms, self.select = base, [], None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            path = urlsplit(urljoin(self.base, facts.get("action") or self.base))
            self.forms.append(Form(path.path, facts.get("method", "get").lower()))
        elif self.forms and tag in {"input", "textarea", "select", "button"} and facts.get("name"):
            self._field(tag, facts)
        elif tag == "option" and self.select and facts.get("value"):
            self.select.offers.append(facts["value"])

    def _field(self, tag: str, facts: dict[str, str]) -> None:
        kind = facts.get("type", "text") if tag == "input" else tag
        found = self.forms[-1].fields.setdefault(facts["name"], Field(kind))
        self.select = found if tag == "select" else None
        if kind in {"radio", "checkbox", "button"}:
            found.offers.append(facts.get("value", "on"))
        elif tag == "input":
            found.value = facts.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = None


def forms_of(html: str, base: str) -> list[Form]:
    """The forms of a page that was found at the path `base`."""
    reader = _Reader(base)
    reader.feed(html)
    return reader.forms


def encoded(facts: dict[str, Any] | list[tuple[str, Any]]) -> str:
    """A form's body or a query as a hostile browser would send it: any bytes, lone surrogates too."""
    pairs = facts.items() if isinstance(facts, dict) else facts
    return "&".join(f"{_bytes(name)}={_bytes(value)}" for name, value in pairs)


@lru_cache(maxsize=256, typed=True)  # the same long text goes into every field
def _bytes(value: Any) -> str:
    return quote_plus(value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass"))
