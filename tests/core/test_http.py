"""A form works once; who may open a page; refusals and headers of every answer."""

import tempfile
from threading import Barrier
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django import forms
from django.conf import global_settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory

from gongyi.core import http
from gongyi.core.access import NOBODY, Actor, Held, Role
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.http import permission, public, submit
from gongyi.core.models import FormKey, NumberSeries
from tests.race import race

COUNTY = 999001
ME, OTHER = uuid4(), uuid4()
KEY = "6c1f8a52-0c3c-4c62-9d5b-2f54c9a1a001"


class Note(forms.Form):
    text = forms.CharField()
    file = forms.FileField(required=False)


def posted(text="写了", *, key=KEY, account=ME, path="/x/", **more):
    request = RequestFactory().post(path, {"text": text, "_key": key, "csrfmiddlewaretoken": str(uuid4()), **more})
    request.actor = Actor(id=account, name="王办", county=COUNTY)
    return request


def send(request, act=lambda: "/done/"):
    form = Note(request.POST, request.FILES)
    return submit(request, form, act), form


def doing(done):
    """An action that leaves a trace, so that a second one is seen."""

    def act():
        done.append(1)
        return f"/done/{len(done)}/"

    return act


@pytest.mark.django_db
def test_form_sent_once_acts_and_leads_on():
    done = []
    answer, _form = send(posted(), doing(done))

    assert (answer.status_code, answer.url, done) == (302, "/done/1/", [1])
    kept = FormKey.objects.get()
    assert (kept.key, kept.account, kept.path, kept.answer) == (UUID(KEY), ME, "/x/", "/done/1/")
    assert "写了" not in kept.body


@pytest.mark.django_db
def test_same_form_sent_again_gets_the_same_answer_and_does_nothing():
    done = []
    answers = [send(posted(), doing(done))[0].url for _ in range(5)]

    assert answers == ["/done/1/"] * 5
    assert done == [1]
    assert FormKey.objects.count() == 1


@pytest.mark.parametrize(
    "again",
    [
        {"text": "写了别的"},
        {"account": OTHER},
        {"path": "/y/"},
        {"more": "1"},
        {"file": SimpleUploadedFile("a.txt", b"x")},
    ],
)
@pytest.mark.django_db
def test_same_key_with_another_body_person_or_path_is_refused(again):
    done = []
    send(posted(), doing(done))
    answer, form = send(posted(**again), doing(done))

    assert answer is None
    assert "已经送出过" in str(form.non_field_errors())
    assert done == [1]


@pytest.mark.django_db
def test_same_key_with_another_body_is_refused_with_422(monkeypatch):
    monkeypatch.setattr(http, "STAYS_ON_FORM", 0)
    send(posted())
    with pytest.raises(Refused) as no:
        send(posted("写了别的"))

    assert (no.value.code, no.value.status) == ("form_changed", 422)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("again", "status"),
    [(posted("写了别的"), 422), (posted("写了别的", key=""), 422), (posted(""), 200), (posted(), 302)],
)
def test_page_that_shows_a_refusal_carries_its_status(again, status):
    """Only a Refused changes it: a field left empty stays what it was, and a repeat leads on."""
    send(posted())
    page = http.RefusedMiddleware(lambda request: send(request)[0] or HttpResponse("写了别的"))(again)

    assert page.status_code == status
    assert status == 302 or page.content.decode() == "写了别的"


def sent_with(content, done):
    return send(posted(file=SimpleUploadedFile("a.txt", content)), doing(done))[0]


@pytest.mark.django_db
def test_same_form_with_another_content_under_the_same_file_name_is_refused():
    done = []
    assert [bool(sent_with(content, done)) for content in (b"one", b"one", b"two")] == [True, True, False]
    assert done == [1]


@pytest.mark.django_db
def test_control_by_its_name_alone_the_other_content_would_be_taken_for_sent(monkeypatch):
    monkeypatch.setattr(http, "_file_digest", lambda file: str(file.name))
    done = []
    assert [bool(sent_with(content, done)) for content in (b"one", b"two")] == [True, True]
    assert done == [1]


@pytest.mark.django_db
def test_form_acts_twice_without_the_claim(monkeypatch):
    monkeypatch.setattr(http, "_claim", lambda _request: (None, True))
    done = []
    for text in ("写了", "写了", "写了别的"):
        send(posted(text), doing(done))

    assert len(done) == 3


@pytest.mark.parametrize("key", ["", "x", "1" * 33, "\x00"])
@pytest.mark.django_db
def test_form_without_its_key_is_refused_on_the_form(key):
    done = []
    answer, form = send(posted(key=key), doing(done))

    assert (answer, done) == (None, [])
    assert form.non_field_errors()


@pytest.mark.django_db
def test_form_with_errors_keeps_what_was_typed_and_the_key_free():
    answer, form = send(posted(""))
    assert (answer, FormKey.objects.count()) == (None, 0)
    assert form.errors["text"]

    assert send(posted())[0].status_code == 302


@pytest.mark.parametrize(
    ("error", "where"),
    [
        (ValidationError("不行"), "__all__"),
        (ValidationError({"text": "太短"}), "text"),
        (ValidationError({"elsewhere": "别处"}), "__all__"),
        (Refused("no", "不能", "换一个", status=422), "__all__"),
    ],
)
@pytest.mark.django_db
def test_action_that_fails_leaves_nothing_and_may_be_tried_again(error, where):
    def act():
        NumberSeries(county=COUNTY, series="", year=2026).save()
        raise error

    answer, form = send(posted(), act)

    assert answer is None
    assert where in form.errors
    assert (NumberSeries.objects.count(), FormKey.objects.count()) == (0, 0)
    assert send(posted())[0].status_code == 302


@pytest.mark.django_db
def test_action_overtaken_by_somebody_is_a_page_of_its_own():
    def act():
        raise Refused("stale", "刚被改过", mine="我", theirs="他")

    with pytest.raises(Refused):
        send(posted(), act)
    assert FormKey.objects.count() == 0


@pytest.mark.django_db
def test_get_is_no_submission():
    request = RequestFactory().get("/x/")

    assert submit(request, Note({"text": "写了"}), lambda: "/done/") is None


@pytest.mark.django_db(transaction=True)
def test_race_of_one_form_acts_once(tmp_path):
    ready = Barrier(8)

    def act(_number):
        request = posted()
        ready.wait(20)

        def store():
            NumberSeries(county=COUNTY, series=str(uuid4())[:8], year=2026).save()
            return "/done/"

        return send(request, store)[0].url

    ends, kept = race(tmp_path, act, NumberSeries.objects.count)

    assert ends == ["/done/"] * 8
    assert kept == 1


# --- who may open a page ----------------------------------------------------------------------------------------------


@permission(P.CASE_SCREEN, P.SETTINGS_EDIT)
def page(request, number):
    return HttpResponse(f"第{number}页")


def asked(actor):
    request = RequestFactory().get("/page/?q=1")
    request.actor = actor
    return request


def holding(role):
    return Actor(id=ME, name="王办", county=COUNTY, held=(Held(role, uuid4()),))


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.STEWARD])
def test_page_opens_with_one_of_its_permissions(role):
    assert page(asked(holding(role)), 7).content.decode() == "第7页"


def test_page_leads_a_stranger_to_the_sign_in_and_back():
    answer = page(asked(NOBODY), 7)

    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/page/%3Fq%3D1")


@pytest.mark.parametrize("actor", [Actor(id=ME, name="无", county=COUNTY), holding(Role.CLERK)])
def test_page_is_closed_to_others(actor):
    with pytest.raises(PermissionDenied):
        page(asked(actor), 7)


def test_declarations_can_be_read():
    assert page.permissions == (P.CASE_SCREEN, P.SETTINGS_EDIT)
    assert public("why")(lambda _request: None).public == "why"


# --- every answer -----------------------------------------------------------------------------------------------------


def test_headers_are_on_every_answer_and_only_static_files_are_kept():
    answers = {
        path: http.HeadersMiddleware(lambda _request: HttpResponse())(SimpleNamespace(path=path)).headers
        for path in ("/today/", "/static/a.css")
    }

    assert answers["/today/"]["Cache-Control"] == "no-store"
    assert "Cache-Control" not in answers["/static/a.css"]
    assert all("geolocation=()" in headers["Permissions-Policy"] for headers in answers.values())


@pytest.mark.django_db
def test_refused_becomes_its_page_and_other_faults_do_not(rf):
    middleware = http.RefusedMiddleware(lambda _request: None)
    request = rf.get("/x/")
    request.actor = NOBODY
    answer = middleware.process_exception(
        request, Refused("stale", "刚被改过", "再看看", mine="我的话", theirs="他的话")
    )

    assert answer.status_code == 409
    assert all(text in answer.content.decode() for text in ("刚被改过", "再看看", "我的话", "他的话"))
    assert middleware.process_exception(request, ValueError()) is None


@pytest.mark.django_db
def test_form_without_csrf_token_is_a_page_with_a_sentence(client):
    client.handler.enforce_csrf_checks = True
    answer = client.post("/language/", {"language": "en"})

    assert answer.status_code == 403
    assert "没有保存" in answer.content.decode()


def uploaded(size, monkeypatch, tmp_path):
    """A file as a page gets it, and the names on the disk meanwhile."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    file = (
        RequestFactory()
        .post("/x/", {"file": SimpleUploadedFile("哨兵.csv", "哨".encode() * (size // 3))})
        .FILES["file"]
    )
    return file, list(tmp_path.iterdir())


def test_d3_a_long_upload_has_no_name_on_the_disk(monkeypatch, tmp_path):
    file, names = uploaded(3_000_000, monkeypatch, tmp_path)
    assert (file.name, file.size, names) == ("哨兵.csv", 3_000_000, [])
    assert file.read() == "哨".encode() * 1_000_000
    file.close()


def test_d3_control_with_djangos_own_handler_it_has_one(monkeypatch, tmp_path, settings):
    settings.FILE_UPLOAD_HANDLERS = global_settings.FILE_UPLOAD_HANDLERS
    file, names = uploaded(3_000_000, monkeypatch, tmp_path)
    assert len(names) == 1
    file.close()


def test_an_endless_upload_is_counted_and_not_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(http.NamelessUpload, "longest", 100_000)
    file, _names = uploaded(3_000_000, monkeypatch, tmp_path)
    assert file.size == 3_000_000
    assert len(file.read()) <= 100_000
    file.close()
