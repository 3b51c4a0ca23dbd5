"""The small scripts in a real browser: drafts survive a lost connection and go when sent; a form is sent once; keys work."""

import json
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser]
STATIC = Path(__file__).parents[2] / "gongyi/static"
SITE = "http://gongyi.test"
FORM = """<form method="post" action="{action}" data-draft="case" novalidate>{summary}
<textarea id="text" name="text"></textarea><input id="phone" name="phone" type="text" data-private>
<div class="picker" data-picker="/hits"><input type="text" id="unit" name="unit_text"><input type="hidden" name="unit"></div>
<button id="go" name="way" value="now">ok</button></form>"""
PAGE = """<!DOCTYPE html><title>t</title><body data-owner="{owner}" data-help="/help" data-restored="back" {mark}>
<input id="search">{body}<form method="post" action="/out" data-forget-drafts><button id="out">x</button></form>
{scripts}</body>"""
SCRIPTS = "".join(f'<script type="module" src="/js/{n}.js"></script>' for n in ("form", "draft", "picker", "shortcuts"))
HITS = '<li role="option" data-value="7" data-words="East">East</li><li role="option" data-value="8" data-words="West">West</li>'


class Site:
    """A pretended server: what it answers is set by the test, what it was sent is kept."""

    def __init__(self, page):
        self.page, self.owner, self.action, self.posts = page, "u1", "/done", []
        page.on("dialog", lambda dialog: dialog.accept())
        page.route("**/*", self.answer)

    def answer(self, route):
        path = route.request.url.removeprefix(SITE)
        if route.request.method == "POST":
            self.posts.append(route.request.post_data)
        if path == "/lost":
            route.abort("internetdisconnected")
        elif path.startswith("/js/"):
            route.fulfill(body=(STATIC / path[1:]).read_text(), content_type="text/javascript")
        elif path.startswith("/hits"):
            route.fulfill(body=HITS, content_type="text/html")
        else:
            route.fulfill(body=self.html(path), content_type="text/html", headers={"Referrer-Policy": "same-origin"})

    def html(self, path):
        summary = '<div class="error-summary"></div>' if path == "/errors" else ""
        body = FORM.format(action=self.action, summary=summary) if path in ("/form", "/errors") else ""
        return PAGE.format(
            owner=self.owner, mark="data-unsent" if path == "/refused" else "", body=body, scripts=SCRIPTS
        )

    def open(self, path="/form"):
        self.page.goto(SITE + path)

    def type_and_send(self, action):
        self.action = action
        self.open()
        self.page.fill("#text", "lamp")
        self.page.evaluate("document.querySelector('#go').click()")
        self.page.wait_for_timeout(300)

    def text(self):
        return self.page.input_value("#text")


@pytest.fixture
def site(chromium):
    context = chromium.new_context()
    yield Site(context.new_page())
    context.close()


def test_draft_comes_back_with_a_note(site):
    site.open()
    site.page.fill("#text", "lamp")
    site.open("/other")
    site.open()
    assert site.text() == "lamp"
    assert "back" in site.page.inner_text(".notice")


def test_draft_never_keeps_private_fields(site):
    site.open()
    site.page.fill("#text", "lamp")
    site.page.fill("#phone", "13812345678")
    kept = site.page.evaluate("JSON.stringify(localStorage)")
    assert "lamp" in kept
    assert "13812345678" not in kept


@pytest.mark.parametrize(
    ("action", "kept"), [("/lost", "lamp"), ("/refused", "lamp"), ("/errors", "lamp"), ("/done", "")]
)
def test_draft_stays_until_it_arrived(site, action, kept):
    site.type_and_send(action)
    site.open()
    assert site.text() == kept


@pytest.mark.parametrize(("owner", "days", "kept"), [("u1", 6, "lamp"), ("u1", 8, ""), ("u2", 1, "")])
def test_draft_is_of_one_person_and_seven_days(site, owner, days, kept):
    site.open("/other")
    store = "([key, days]) => localStorage.setItem(key, JSON.stringify({at: Date.now() - days * 864e5, text: {text: 'lamp'}}))"
    site.page.evaluate(store, [f"gongyi-draft:{owner}:case", days])
    site.open()
    assert site.text() == kept
    assert (site.page.evaluate("localStorage.length") == 1) == bool(kept)


def test_draft_goes_at_sign_out(site):
    site.open()
    site.page.fill("#text", "lamp")
    site.page.click("#out")
    site.page.wait_for_url("**/out")
    assert json.loads(site.page.evaluate("JSON.stringify(localStorage)")) == {}


@pytest.mark.parametrize(("scripts", "sent"), [(SCRIPTS, 1), ("", 2)])
def test_form_is_sent_once_with_its_button(site, monkeypatch, scripts, sent):
    monkeypatch.setattr(f"{__name__}.SCRIPTS", scripts)
    site.open()
    refused = "/hits"  # an answer of another kind would replace the page between the two clicks
    site.page.evaluate(
        f"document.querySelector('form').setAttribute('target', 'frame'), document.querySelector('form').action = '{refused}'"
    )
    site.page.evaluate("document.body.append(Object.assign(document.createElement('iframe'), {name: 'frame'}))")
    for _ in range(2):
        site.page.evaluate("document.querySelector('#go').click()")
        site.page.wait_for_timeout(200)
    assert len(site.posts) == sent
    assert "way=now" in site.posts[0]


def test_picker_is_chosen_with_keys_and_forgets_when_retyped(site):
    site.open()
    site.page.fill("#unit", "e")
    site.page.wait_for_selector("[role=option]")
    site.page.keyboard.press("ArrowDown")
    site.page.keyboard.press("ArrowDown")
    site.page.keyboard.press("Enter")
    assert site.page.input_value("#unit") == "West"
    assert site.page.input_value("[name=unit]") == "8"
    site.page.fill("#unit", "Wes")
    assert site.page.input_value("[name=unit]") == ""


def test_shortcuts_search_help_and_their_switch(site):
    site.open("/other")
    site.page.keyboard.press("/")
    assert site.page.evaluate("document.activeElement.id") == "search"
    site.page.evaluate("document.activeElement.blur(); localStorage.setItem('gongyi-shortcuts-off', '1')")
    site.page.keyboard.press("?")
    site.page.wait_for_timeout(100)
    assert site.page.url.endswith("/other")
    site.page.evaluate("localStorage.clear()")
    site.page.keyboard.press("?")
    site.page.wait_for_url("**/help")
