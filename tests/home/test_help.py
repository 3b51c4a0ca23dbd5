"""The help page and the first hour: for one's own work, searched by words, known to this browser alone."""

import re

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, pgettext

from gongyi.core.access import Permission, Role
from gongyi.home import rules
from gongyi.people.models import Account
from tests.factories import make_actor, make_county
from tests.guards.test_language import IN_CONTEXT, sources

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(db):
    return make_county()


@pytest.fixture
def clerk(county):
    return make_actor(Role.CLERK, county, "王经办")


def test_topics_are_those_of_ones_own_work(county, clerk):
    manager = make_actor(Role.ACCOUNT_MANAGER, county, "账号员")

    assert "sign" in {topic.slug for topic in rules.topics_for(clerk)}
    assert "accounts" not in {topic.slug for topic in rules.topics_for(clerk)}
    assert "accounts" in {topic.slug for topic in rules.topics_for(manager)}
    assert "sign" not in {topic.slug for topic in rules.topics_for(manager)}


def test_search_wants_every_word(clerk):
    assert [topic.slug for topic in rules.topics_for(clerk, "延期 挂账")] == ["later"]
    assert rules.topics_for(clerk, "没有这个词") == []


@pytest.mark.parametrize(
    ("asked", "slug"),
    [("怎么导出", "export"), ("退单了怎么办", "sign"), ("打印登记表", "register"), ("没有网", "offline"), ("公开", "publish"),
     ("批量催办", "many"), ("存成列表", "find"), ("大字", "look"), ("小结", "inbox"), ("查询码丢了", "portal")],
)  # fmt: skip
def test_what_an_officer_would_ask_is_answered(clerk, asked, slug):
    assert slug in {topic.slug for topic in rules.topics_for(clerk, asked)}


def test_a_question_lists_what_shares_most_with_it_and_nothing_else(clerk):
    assert len(rules.topics_for(clerk, "怎么导出呢")) < len(rules.topics_for(clerk)) / 3


def test_every_page_of_help_and_first_hour_is_there():
    for page in [topic.page for topic in rules.TOPICS if topic.page] + [step.page for step in rules.STEPS]:
        assert reverse(page)
    assert len({topic.slug for topic in rules.TOPICS}) == len(rules.TOPICS)


def quoted() -> set[str]:
    """What help and first hour put in quotes: the words of buttons, fields, states and headings."""
    texts = [line for topic in rules.TOPICS for line in topic.lines] + [step.line for step in rules.STEPS]
    return {word for text in texts for word in re.findall("“([^”]+)”", str(text))}


def standing() -> set[str]:
    """The words that stand on the product, but for help itself, in the language of the moment."""
    found = {word for file, words in sources() if file != "home/rules.py" for word in words}
    parts = [word.split(IN_CONTEXT) for word in found]
    return {pgettext(*part) if len(part) > 1 else gettext(*part) for part in parts}


@pytest.mark.parametrize(("language", "button", "not_a_button"), [
    ("zh-hans", "做交接包", "交接"), ("en", "Make a hand-over pack", "Hand-over of the post")
])  # fmt: skip
def test_help_calls_things_by_the_words_that_stand_on_them(language, button, not_a_button):
    with translation.override(language):
        assert quoted() - standing() == set()
        assert button in quoted()
        assert not_a_button not in standing()


def test_every_role_has_a_first_hour_that_begins_today(county):
    for role in Role:
        actor = make_actor(role, county, f"人{role.value}")
        if actor.can(Permission.STAFF):
            steps = rules.steps_for(actor)
            assert steps[0].page == "home:today"
            assert steps[-1].page == "home:help"


def test_help_page_says_what_to_do_when_nothing_is_found(client, clerk):
    client.force_login(Account.objects.get(id=clerk.id))

    assert "怎样记一件事" in client.get("/help/").content.decode()
    assert "没有找到" in client.get("/help/", {"q": "没有这个词"}).content.decode()


def test_strangers_are_led_to_sign_in(client):
    assert client.get("/help/").status_code == 302


def test_first_hour_leads_from_page_to_page_and_ends(client, clerk):
    client.force_login(Account.objects.get(id=clerk.id))
    steps = rules.steps_for(clerk)

    assert "第一次用" in client.get("/today/").content.decode()
    for number, step in enumerate(steps, start=1):
        answer = client.post("/help/tour/", {"step": str(number)})
        assert answer.headers["Location"] == reverse(step.page)
        assert f"第 {number} 步，共 {len(steps)} 步" in client.get(reverse(step.page)).content.decode()
    client.post("/help/tour/", {"step": "0"})
    page = client.get("/today/").content.decode()
    assert "第一次用" not in page
    assert "步，共" not in page


@pytest.mark.parametrize("sent", ["", "99", "-1", "x", "²"])
def test_a_step_that_is_none_ends_the_first_hour(client, clerk, sent):
    client.force_login(Account.objects.get(id=clerk.id))

    assert client.post("/help/tour/", {"step": sent}).headers["Location"] == "/today/"
    client.cookies["tour"] = sent or "77"
    assert "步，共" not in client.get("/today/").content.decode()


def test_large_print_is_remembered_and_forgotten(client):
    client.post("/theme/", {"size": "large", "next": "/portal/"})
    assert 'data-size="large"' in client.get("/portal/").content.decode()
    client.post("/theme/", {"theme": "dark", "next": "/portal/"})
    assert 'data-size="large"' in client.get("/portal/").content.decode()
    client.post("/theme/", {"size": "normal", "next": "/portal/"})
    assert 'data-size="large"' not in client.get("/portal/").content.decode()
