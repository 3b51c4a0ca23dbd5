"""Without a mouse: an officer opens Today, goes through the next case, answers it; a resident tells, notes and follows."""

import pytest
from playwright.sync_api import expect

from gongyi.casework import actions
from gongyi.people.models import Account
from tests.browser.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
MOST = 60  # stops between two things on one page: more means that somebody gives up

# What stands in focus: its words, and whether it is seen (WCAG 2.4.7, 2.4.11): drawn, ringed, in the window, under nothing.
FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const own = e.type === "radio" || e.type === "checkbox" ? e.labels[0] ?? e : e, box = own.getClientRects()[0];
  const words = [e.getAttribute("aria-label"), e.name, e.id, e.labels?.[0]?.innerText, e.innerText, e.value].filter(Boolean).join(" | ");
  const at = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]].map(([x, y]) =>
    document.elementFromPoint(box.left + box.width * x, box.top + box.height * y));
  const ring = [getComputedStyle(e), getComputedStyle(own), getComputedStyle(e, "::after")].some((s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2);
  return { words, name: e.name ?? "", ring, seen: at.some((hit) => hit && (own.contains(hit) || hit.contains(e) && hit.closest("label"))) };
}"""


COVER = "{position: 'fixed', inset: 0, background: 'white'}"


class Hands:
    """Somebody who has keys and no mouse."""

    def __init__(self, person) -> None:
        self.page, self.keys = person.page, person.page.keyboard
        self.person = person

    def to(self, words: str, *, name: str = "") -> "Hands":
        """Tab on until the thing with these words (or this name) is in focus; every stop on the way is seen."""
        passed = []
        for _stop in range(MOST):
            self.keys.press("Tab")
            if (found := self.page.evaluate(FOCUS)) is None:
                continue
            passed.append(found["words"][:40])
            assert found["seen"], f"hidden while in focus on {self.page.url}: {passed}"
            assert found["ring"], f"no ring around what is in focus on {self.page.url}: {passed}"
            if found["name"] == name if name else words in found["words"]:
                return self
        raise AssertionError(f"{words or name} is out of reach on {self.page.url}: {passed}")

    def press(self, key: str) -> "Hands":
        """One key that leads to another page."""
        with self.page.expect_navigation():
            self.keys.press(key)
        return self

    def write(self, name: str, text: str) -> "Hands":
        self.to("", name=name).keys.type(text)
        return self

    def choose(self, name: str, words: str) -> "Hands":
        """Into a group of choices, and along it with the arrows."""
        self.to("", name=name)
        for _option in range(9):
            if words in self.page.evaluate(FOCUS)["words"]:
                self.keys.press("Space")
                return self
            self.keys.press("ArrowDown")
        raise AssertionError(f"{words} is not among the choices of {name}")


@pytest.mark.parametrize("width", ["desk"], indirect=True)
def test_officer_signs_in_and_answers_the_next_case(people, land, width):
    for matter in ("村口的路灯坏了三天", "水渠堵了"):
        case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content=matter)
        actions.assign_case(case, by=land.desk, lead=land.town)
    account = Account.objects.get(id=land.clerk.id)
    account.set_password(PASSWORD)
    account.save()
    clerk = people(None, "/accounts/login/?next=/today/")
    hands = Hands(clerk)
    if "login" not in (clerk.page.evaluate(FOCUS) or {"words": ""})["words"]:
        hands.to("", name="login")
    hands.keys.type(account.username)
    hands.write("password", PASSWORD).press("Enter")
    clerk.page.wait_for_url("**/today/")

    hands.keys.press("j")
    hands.keys.press("j")
    hands.press("Enter")
    clerk.sees("水渠堵了")
    hands.to("签收").press("Enter")
    clerk.sees("等东湖镇联系诉求人")
    hands.to("更多").keys.press("Enter")
    hands.to("答复").press("Enter")
    hands.write("answer", "水渠通了。").choose("outcome", "解决").to("答复").press("Enter")
    clerk.sees("水渠通了。").sees("答复，已记下")
    hands.keys.press("/")
    hands.keys.type("路灯")
    hands.press("Enter")
    clerk.sees("村口的路灯坏了三天")


@pytest.mark.parametrize("width", ["phone"], indirect=True)
def test_resident_tells_and_follows(people, land, width):
    resident = people(None, "/portal/")
    hands = Hands(resident)
    hands.to("我要反映").press("Enter")
    hands.write("content", "水管漏了").write("place_text", "李家")
    expect(resident.page.locator("[role=option]")).to_have_count(1)
    hands.keys.press("ArrowDown")
    hands.keys.press("Enter")
    assert resident.page.input_value("[name=place_text]").startswith("李家村")
    hands.to("送出").press("Enter")
    number, code = resident.sees("请现在就记下来").page.locator("dd.number").all_inner_texts()
    hands.to("记好了，看这件事").press("Enter")
    hands.to("看完了，退出").press("Enter")
    hands.to("查进度").press("Enter")
    hands.write("number", number).write("code", code).press("Enter")
    resident.sees("轮到东湖镇")
    hands.to("补充一句或加照片").press("Enter")
    hands.write("note", "漏得更大了").to("送出").press("Enter")
    resident.sees("漏得更大了")


@pytest.mark.parametrize("width", ["phone"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("document.querySelector('main .choices a').tabIndex = -1", "out of reach"),
        ("document.querySelector('main .choices a').style.outline = 'none'", "no ring"),
        (
            f"Object.assign(document.body.appendChild(document.createElement('div')).style, {COVER})",
            "hidden while in focus",
        ),
    ],
    ids=["reach", "ring", "cover"],
)
def test_the_hands_notice_what_is_wrong(people, land, width, wrong, told):
    """Control: a link that keys do not reach, one without its ring, a page under a cover."""
    resident = people(None, "/portal/")
    resident.page.evaluate(wrong)
    with pytest.raises(AssertionError, match=told):
        Hands(resident).to("我要反映")
