"""The ten jobs whose taps and keystrokes the docs count, done for real: a step that no longer works fails here."""

from datetime import timedelta

import pytest
from django.conf import settings

from gongyi.casework import actions
from gongyi.casework.models import AnswerTemplate, Case
from gongyi.core import clock
from gongyi.home.management.commands import effort

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
WAY = ["recorded", "assigned", "signed", "contacted", "drafted", "calling"]


def waiting(land, state: str) -> None:
    """A case that waits in this state."""
    if not state:
        return
    if state == "stuck":
        with clock.at(clock.now() - timedelta(days=40)):
            case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="村口路灯坏了")
            actions.assign_case(case, by=land.desk, lead=land.other)
        return
    case = actions.open_case(by=land.officer, unit=land.village, type=land.complaint, content="村口路灯坏了")
    moves = [
        lambda: actions.assign_case(case, by=land.desk, lead=land.town),
        lambda: actions.sign_case(case, by=land.clerk),
        lambda: actions.contact_asker(case, by=land.clerk, note="打了电话"),
        lambda: actions.answer_case(case, by=land.clerk, answer="修好了", outcome="solved"),
        lambda: actions.approve_answer(case, by=land.lead),
    ]
    for move in moves[: WAY.index(state)]:
        move()


def done(person, step: dict) -> None:
    """One step, as the count has it: a tap on the first that is seen, typing into what is in focus, a key."""
    page = person.page
    if "tap" in step:
        found = page.locator(step["tap"]).locator("visible=true")
        if not step.get("if_there") or found.count():
            found.first.click()
    elif "wait" in step:
        page.locator(step["wait"]).first.wait_for()
    elif "type" in step:
        assert page.evaluate("document.activeElement.matches('input, textarea')")
        page.keyboard.type(step["type"])
        page.wait_for_timeout(300)  # what a picker waits for
    else:
        page.keyboard.press(step["key"])
    page.wait_for_load_state()


@pytest.mark.parametrize("width", ["desk"], indirect=True)
@pytest.mark.parametrize("job", effort.jobs(), ids=lambda job: job["name"])
def test_job_is_done_by_its_steps(people, land, width, job):
    waiting(land, job["state"])
    AnswerTemplate(title="路灯", text="路灯换新了，今晚亮。").save()
    before = set(Case.objects.values_list("id", "version"))
    person = people(getattr(land, job["who"]), job.get("start", "/today/"))
    for step in job["steps"]:
        done(person, step)
    person.page.wait_for_url("**/cases/*-*/")
    changed = before != set(Case.objects.values_list("id", "version"))
    assert changed != job["name"].startswith("找"), person.page.url


def test_the_page_in_the_docs_is_current():
    page = settings.BASE / "docs" / "explanation" / "effort.md"
    assert page.read_text(encoding="utf-8") == effort.page(), "run `./run manage effort > docs/explanation/effort.md`"


def test_count_of_a_tap_and_two_words():
    steps = [{"tap": "#q"}, {"type": "路灯ab"}, {"key": "Enter"}]
    assert effort.count(steps) == {"taps": 1, "keystrokes": 9, "seconds": round(1.3 + 9 * 0.28 + 0.4 + 3 * 1.35, 1)}
