"""The frame of every page: kept as drawn, and yet always of this person, now."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.templatetags.gongyi import Stencil
from tests.factories import grant, make_account, make_county, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return make_unit("李家镇", make_county())


def signed_in(account):
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def frame_of(client, path=""):
    """The page from its rail to the end of its topbar, and the tabs."""
    html = client.get(path or reverse("people:me")).content.decode()
    return html[html.index('class="frame') : html.index("</header>")] + html[html.index('class="tabs"') :]


def settles(account, town):
    """Whether an ended role leaves the rail of the next page."""
    grant(account, Role.CLERK, town)
    held, client = grant(account, Role.AUDITOR, town), signed_in(account)
    audit = reverse("people:audit")
    assert audit in frame_of(client)
    held.until = clock.today().replace(year=2020)
    held.save()
    return audit not in frame_of(client)


def test_p10_an_ended_role_leaves_the_rail_of_the_next_page(town):
    assert settles(make_account("王小明", demo=True), town)


def test_a_frame_kept_without_its_key_would_stay(town, monkeypatch):
    """Control: one drawing for everybody."""
    kept = dict[int, str]()
    monkeypatch.setattr(
        Stencil, "render", lambda self, context: kept.setdefault(id(self), self.nodelist.render(context))
    )
    assert not settles(make_account("王小明", demo=True), town)


def test_two_people_each_have_their_own_name_and_unit(town):
    frames = []
    for name, unit in [("王小明", town), ("李小红", make_unit("张家镇", town.parent))]:
        account = make_account(name, demo=True)
        grant(account, Role.CLERK, unit)
        frames.append(frame_of(signed_in(account)))
    assert "王小明" in frames[0]
    assert "李小红" not in frames[0]
    assert "李小红" in frames[1]
    assert "张家镇" in frames[1]
    assert "李家镇" not in frames[1]


def test_token_and_address_are_of_this_visit(town):
    account = make_account(demo=True)
    grant(account, Role.CLERK, town)
    client = signed_in(account)
    for query in ("?a=1&b=2", "?a=3"):
        path = reverse("people:me") + query
        frame = frame_of(client, path)
        assert f'name="next" value="{path.replace("&", "&amp;")}"' in frame
        assert "hole-" not in frame
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', frame)
        assert token
        sent = Client(enforce_csrf_checks=True)
        sent.cookies = client.cookies
        answer = sent.post(reverse("home:theme"), {"csrfmiddlewaretoken": token[0], "theme": "dark", "next": "/today/"})
        assert answer.status_code == 302
    assert 'value="dark" aria-pressed="true"' in frame_of(client).replace("  ", " ")


def test_the_page_of_another_unit_leaves_ones_own_in_the_frame(town):
    """What a page calls `unit` is its own business."""
    account = make_account(demo=True)
    grant(account, Role.CLERK, town)
    client = signed_in(account)
    own = '<span class="unit-name">李家镇</span>'
    other = make_unit("张家镇", town.parent)
    assert own in frame_of(client, reverse("network:unit", args=[other.id]))
    assert own in frame_of(client, f"{reverse('network:tree')}?q=镇")
