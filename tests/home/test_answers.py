"""Public answers as strangers read them, and the office pages behind them: officer, colleague from elsewhere, resident."""

from datetime import timedelta
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client

from gongyi.casework.models import Case, Publication, ShownWord
from gongyi.core import clock, limits
from gongyi.core.access import asker_actor
from gongyi.core.models import AccessRow
from gongyi.home.views import portal
from gongyi.people.models import Account
from gongyi.publishing import actions as publishing
from tests.casework.conftest import land  # noqa: F401 - a fixture
from tests.casework.test_publishing import answered, proposed, published, started

SECRETS = ("刘大勇", "12号", "13812345678", "1234567", "王建国", "7654321", "柳树湾")


@pytest.fixture
def stranger(land) -> Client:  # noqa: F811
    cache.clear()
    return Client()


def browser(actor) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=actor.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def body(answer) -> str:
    return answer.content.decode()


def post(client: Client, url: str, **data):
    return client.post(url, {"_key": str(uuid4()), **data})


def test_list_and_page_say_what_was_asked_and_answered_and_nothing_more(land, stranger):  # noqa: F811
    publication = published(land)
    listed, page = stranger.get("/portal/answers/"), stranger.get(f"/portal/answers/{publication.slug}/")

    assert publication.slug in body(listed)
    assert "路灯已换新" in body(page)
    assert '<mark class="hidden-word">〔电话〕</mark>' in body(page)
    assert "解决" in body(page)
    assert "东湖镇" in body(page)
    for secret in (*SECRETS, publication.case.number, str(publication.case_id), str(publication.id)):
        assert secret not in body(listed) + body(page)


def test_preview_of_the_office_is_the_page_of_the_public(land, stranger):  # noqa: F811
    publication = proposed(land)
    article = lambda text: text[text.index('<article class="public-answer">') : text.index("</article>")]  # noqa: E731
    preview = article(body(browser(land.lead).get(publication.get_absolute_url())))
    publishing.approve_publication(publication, by=land.lead)
    page = article(body(stranger.get(f"/portal/answers/{publication.slug}/")))

    without_date = [line for line in page.splitlines() if "公开</dt>" not in line]
    assert [line for line in preview.splitlines() if line.strip()] == [line for line in without_date if line.strip()]


def test_what_was_taken_down_is_gone_and_what_never_was_is_not_there(land, stranger):  # noqa: F811
    publication = published(land)
    draft = started(land)
    publishing.take_down(publication, by=land.lead, down_why="old")

    assert stranger.get(f"/portal/answers/{publication.slug}/").status_code == 410
    assert "路灯" not in body(stranger.get(f"/portal/answers/{publication.slug}/"))
    assert stranger.get(f"/portal/answers/{draft.slug}/").status_code == 404
    assert stranger.get("/portal/answers/nothing2/").status_code == 404
    assert publication.slug not in body(stranger.get("/portal/answers/"))


def test_reopened_case_says_so_beside_its_outcome(land, stranger):  # noqa: F811
    publication = published(land)
    Case.objects.filter(id=publication.case_id).update(state="redo", closed_at=None)
    page = body(stranger.get(f"/portal/answers/{publication.slug}/"))
    assert "正在重新办理" in page
    assert "解决" in page


def test_search_finds_published_words_only_and_says_when_there_are_none(land, stranger):  # noqa: F811
    publication = published(land)
    assert publication.slug in body(stranger.get("/portal/answers/?q=路灯"))
    for words in ("刘大勇", "13812345678", "低保"):
        assert publication.slug not in body(stranger.get("/portal/answers/", {"q": words}))
    assert "没有找到" in body(stranger.get("/portal/answers/?q=低保"))
    assert publication.slug in body(
        stranger.get(f"/portal/answers/?unit={land.town.id}&outcome=solved&year={clock.today().year}")
    )
    assert stranger.get("/portal/answers/?unit=x&year=99999999999999999999&after=%E4%BD%A0").status_code == 200


def test_empty_list_says_what_will_stand_there(land, stranger):  # noqa: F811
    assert "还没有公开的答复" in body(stranger.get("/portal/answers/"))


def test_search_is_limited_and_reading_is_not(land, stranger, monkeypatch):  # noqa: F811
    monkeypatch.setattr(limits, "SEARCHES", 3)
    seen = [stranger.get("/portal/answers/?q=路").status_code for _n in range(4)]
    assert seen == [200, 200, 200, 429]
    assert stranger.get("/portal/answers/").status_code == 200


def test_feed_is_atom_with_the_published_text(land, stranger):  # noqa: F811
    publication = published(land)
    answer = stranger.get("/portal/answers/feed/")
    root = ET.fromstring(answer.content)
    entries = root.findall("{http://www.w3.org/2005/Atom}entry")

    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert len(entries) == 1
    assert publication.slug in body(answer)
    for secret in SECRETS:
        assert secret not in body(answer)


def test_queries_of_the_list_do_not_grow_with_its_rows(land, stranger, django_assert_max_num_queries):  # noqa: F811
    published(land)
    with django_assert_max_num_queries(12):
        stranger.get("/portal/answers/")
    for n in range(6):
        with clock.at(clock.now() + timedelta(minutes=n)):
            published(land)
    with django_assert_max_num_queries(12):
        assert body(stranger.get("/portal/answers/")).count('class="item"') == 7


# --- the office -------------------------------------------------------------------------------------------------------


def test_from_the_case_to_the_public_page_by_the_office_pages(land, stranger):  # noqa: F811
    case = answered(land)
    clerk, lead = browser(land.clerk), browser(land.lead)
    assert f"/cases/publications/start/{case.id}/" in body(clerk.get(case.get_absolute_url()))
    assert f"/cases/publications/start/{case.id}/" not in body(lead.get(case.get_absolute_url()))
    url = post(clerk, f"/cases/publications/start/{case.id}/").headers["Location"]
    page = body(clerk.get(url))
    assert "13812345678" in page, "the writer sees what will be hidden"
    assert "13812345678" not in page[page.index("<article") : page.index("</article>")]
    assert AccessRow.objects.filter(subject=case.id, fields="text").exists()

    bad = post(clerk, url + "show/", kind="phone", words="0739-7654321", reason="好")
    assert "至少四个字" in body(bad)
    post(clerk, url + "show/", kind="phone", words="0739-7654321", reason="镇里的公开电话")
    assert ShownWord.objects.count() == 1
    post(
        clerk,
        url + "edit/",
        title="路灯坏了",
        matter="村口路灯坏了，请打13812345678。",
        answer="已换新，问0739-7654321。",
        seen=2,
    )
    assert post(clerk, url + "propose/", seen=3).status_code == 302
    waiting = body(lead.get("/cases/publications/"))
    assert "路灯坏了" in waiting
    read = body(lead.get(url + "approve/"))
    assert "镇里的公开电话" in read
    assert "13812345678" not in read + body(lead.get(url))
    assert post(lead, url + "approve/", seen=3).status_code == 409, "not what they read"
    assert post(lead, url + "approve/", seen=4).status_code == 302
    assert "0739-7654321" in body(stranger.get(f"/portal/answers/{Publication.objects.get().slug}/"))
    assert post(lead, url + "take_down/", down_why="wrong", seen=5).status_code == 302
    assert "重新拟稿" in body(clerk.get(url))


def test_p3_others_find_no_publication_page(land):  # noqa: F811
    publication = proposed(land)
    for actor in (land.stranger, land.county_lead):
        client = browser(actor)
        assert client.get(publication.get_absolute_url()).status_code == 404
        assert post(client, publication.get_absolute_url() + "approve/", seen=2).status_code == 404
        assert publication.case.number not in body(client.get("/cases/publications/"))


def test_p8_maker_gets_403_and_p9_one_up_gets_no_case(land):  # noqa: F811
    publication = proposed(land)
    assert browser(land.clerk).get(publication.get_absolute_url() + "approve/").status_code == 403
    assert browser(land.caller).get(publication.get_absolute_url() + "take_down/").status_code == 403
    Publication.objects.filter(id=publication.id).update(second=land.county)
    up = browser(land.county_lead)
    assert up.get(publication.get_absolute_url()).status_code == 200
    assert up.get(publication.case.get_absolute_url()).status_code == 404
    assert publication.case.get_absolute_url() not in body(up.get(publication.get_absolute_url()))


def test_case_that_may_not_be_public_says_why(land):  # noqa: F811
    case = answered(land, may_publish=False)
    clerk = browser(land.clerk)
    assert f"/cases/publications/start/{case.id}/" not in body(clerk.get(case.get_absolute_url()))
    assert "诉求人没有同意" in body(clerk.get(f"/cases/publications/start/{case.id}/"))
    assert "诉求人没有同意" in body(post(clerk, f"/cases/publications/start/{case.id}/"))
    assert not Publication.objects.exists()


def test_resident_takes_it_down_from_the_page_of_the_case(land, stranger):  # noqa: F811
    publication = published(land)
    session = stranger.session
    until = (clock.now() + timedelta(minutes=5)).timestamp()
    session[portal.OPENED] = {"case": str(publication.case_id), "until": until}
    session.save()
    Case.objects.filter(id=publication.case_id).update(code="x" * 64)
    assert "/portal/case/private/" in body(stranger.get("/portal/case/"))
    assert post(stranger, "/portal/case/private/").status_code == 302
    assert stranger.get(f"/portal/answers/{publication.slug}/").status_code == 410
    assert "/portal/case/private/" not in body(stranger.get("/portal/case/"))


def test_another_resident_takes_nothing_down(land):  # noqa: F811
    publication, other = published(land), answered(land)
    with pytest.raises(PermissionDenied):
        publishing.ask_take_down(publication.case, by=asker_actor("诉求人", land.county.county, other.id))
    assert Publication.objects.get(id=publication.id).state == "published"
