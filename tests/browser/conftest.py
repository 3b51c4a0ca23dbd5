"""A real browser against a real server, in Chinese; skipped with a sentence where there is no chromium."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from gongyi.core.county import bind
from tests.casework.conftest import land  # noqa: F401 - a fixture

WIDTHS = {"phone": 375, "desk": 1280}
PASSWORD = "a-long-demo-password"


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, page, base: str, name: str) -> None:
        self.page, self.base, self.name = page, base, name
        self.foreign: list[str] = []
        self.problems: list[str] = []
        page.on("request", lambda r: self.foreign.append(r.url) if not r.url.startswith((base, "data:")) else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda m: self.problems.append(m.text) if m.type == "error" else None)

    def open(self, path: str) -> "Person":
        self.page.goto(self.base + path if path.startswith("/") else path)
        return self

    def press(self, words: str) -> "Person":
        """Click the button or link with these words, unfolding 更多 if it stands there."""
        found = (
            self.page.locator("main")
            .get_by_role("link", name=words, exact=True)
            .or_(self.page.locator("main").get_by_role("button", name=words, exact=True))
        )
        if not found.first.is_visible():
            self.page.locator("main .action-bar details.menu > summary").click()
            found = self.page.locator(".menu-body").get_by_text(words, exact=True)
        found.first.click()
        self.page.wait_for_load_state()
        return self

    def fill(self, **fields: str) -> "Person":
        for name, text in fields.items():
            self.page.fill(f"main [name={name}]", text)
        return self

    def choose(self, name: str, words: str) -> "Person":
        """A radio or checkbox by its words."""
        self.page.locator(f"main [name={name}]").locator(
            "xpath=ancestor-or-self::*[self::label or self::div][1]"
        ).filter(has_text=words).first.click()
        return self

    def pick(self, name: str, text: str) -> "Person":
        """Type into a picker and take the first hit."""
        box = self.page.locator(f"main [name={name}_text]")
        box.fill("")
        box.press_sequentially(text, delay=20)
        self.page.locator("[role=option]").filter(has_text=text).first.click()
        return self

    def send(self) -> "Person":
        self.page.locator("main form .sticky-submit button:first-child").click()
        self.page.wait_for_load_state()
        return self

    def sees(self, words: str) -> "Person":
        assert words in self.page.locator("body").inner_text(), self.page.locator("main").inner_text()[:1500]
        return self

    def shot(self, name: str) -> "Person":
        if folder := os.environ.get("GONGYI_SHOTS"):
            self.page.screenshot(path=f"{folder}/{name}.png", full_page=True)
        return self


AT_DESK = pytest.mark.parametrize("width", ["desk"], indirect=True)
IN_BOTH_WIDTHS = pytest.mark.parametrize("width", WIDTHS, indirect=True)


@pytest.fixture(params=["phone"])
def width(request) -> str:
    """Where the steps are gone through: on a phone unless the test says otherwise. `looked_at` looks at each page in both widths."""
    return request.param


@pytest.fixture
def people(chromium, live_server, width, land, transactional_db) -> Iterator:  # noqa: F811
    """`people(actor)` opens a browser of that person at the test's width: signed in, on Today unless another path is said."""
    from django.core.cache import cache

    from gongyi.people.models import Account

    cache.clear()
    contexts, opened = [], []

    def of(actor, path: str = "", **more: object) -> Person:
        """Somebody's browser; None is a resident, who signs in nowhere. The form for it has its tests in test_keyboard.py."""
        context = chromium.new_context(
            viewport={"width": WIDTHS[width], "height": 812 if width == "phone" else 800},
            locale="zh-CN", reduced_motion="reduce", has_touch=width == "phone",
            **more,
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(15_000)
        person = Person(context.new_page(), live_server.url, actor.name if actor else "")
        opened.append(person)
        if actor:
            account = Account.objects.get(id=actor.id)
            account.set_password(PASSWORD)
            account.save()
            browser = Client()
            browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": browser.cookies[name].value, "url": live_server.url}])
        path = path or ("/today/" if actor else "")
        return person.open(path) if path else person

    with bind(land.county.county):
        yield of
    for person in opened:
        assert person.foreign == [], "a page asked another host"
        assert person.problems == [], "a page had errors in its console"
    for context in contexts:
        context.close()
