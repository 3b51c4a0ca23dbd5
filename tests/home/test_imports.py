"""The import pages: a table is handed over, looked at, mended, stored by the worker or at once, and taken back."""

import base64
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from gongyi.casework import actions as casework
from gongyi.casework.models import Case, Topic
from gongyi.core import clock, imports
from gongyi.core.access import Role
from gongyi.core.models import ImportHabit, ImportRun
from gongyi.home.actions import imports as actions
from gongyi.home.queries import imports as queries
from gongyi.people.models import Account
from tests.casework.conftest import land  # noqa: F401 - a fixture
from tests.casework.importing import ENDED, HEAD, OPEN
from tests.documents.hostile import good
from tests.factories import grant, make_account, make_actor

NEW = "/import/new/cases/"
WRONG = ["9", "日期不对", "昨天", "内容写在这里", "", ""]
EMPTY = ["10", "", "2019/1/2", "", "", ""]


@pytest.fixture
def clerk(client, land):  # noqa: F811
    """The township's clerk at a browser."""
    client.force_login(
        Account.objects.get(id=land.clerk.id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def key() -> str:
    import uuid

    return str(uuid.uuid4())


def send(client, path, **fields):
    return client.post(path, {"_key": key(), **fields}, follow=True)


def upload(client, land, *rows, name="登记表.xlsx", source="热线", head=HEAD):  # noqa: F811
    file = SimpleUploadedFile(name, good([["某县登记表"], head, *rows]))
    return send(client, NEW, file=file, unit=str(land.town.id), source=source)


def only_run() -> ImportRun:
    return ImportRun.objects.get()


def test_a_table_is_looked_at_stored_and_taken_back(clerk, land):  # noqa: F811
    page = upload(clerk, land, OPEN, ENDED)
    assert "会新增 2 行" in page.text
    assert "村口三盏路灯不亮。" in page.text
    assert not Case.objects.exists()
    page = send(clerk, f"{only_run().get_absolute_url()}start/")
    assert "新增 2 行" in page.text
    assert Case.objects.count() == 2
    assert "办件 · 热线" in clerk.get("/import/").text
    page = send(clerk, f"{only_run().get_absolute_url()}undo/")
    assert "已经撤回" in page.text
    assert not Case.objects.exists()


def test_who_asked_is_shown_masked_or_not_at_all(clerk, land):  # noqa: F811
    head, row = (
        ["编号", "内容", "来电人", "电话", "备注"],
        ["1", "路灯不亮", "王小明", "13800138000", "又一个 13900139000"],
    )
    page = upload(clerk, land, row, head=head)
    assert "又一个" in page.text
    for word in ("王小明", "13800138000", "13900139000"):
        assert word not in page.text


def test_a_pasted_table_is_taken(clerk, land):  # noqa: F811
    page = send(clerk, NEW, text="编号\t内容\n1\t路灯不亮\n2\t路坏了", unit=str(land.town.id), source="")
    assert "会新增 2 行" in page.text
    assert only_run().source == land.town.code


def test_rows_with_problems_are_mended_or_left_out(clerk, land):  # noqa: F811
    page = upload(clerk, land, OPEN, WRONG, EMPTY)
    run = only_run().get_absolute_url()
    assert "看不出是哪一天" in page.text
    assert "没有写诉求内容" in page.text
    assert f"{run}start/" not in page.text
    page = send(clerk, f"{run}rows/", cell4_recorded="2019年1月5日", cell5_content="")
    assert "看不出是哪一天" not in page.text
    page = send(clerk, f"{run}rows/", drop5="on", cell5_content="")
    assert "有问题" not in page.text
    send(clerk, f"{run}start/")
    assert sorted(Case.objects.values_list("external_no", flat=True)) == ["188006", "9"]


def test_all_rows_with_problems_may_be_left_out_at_once(clerk, land):  # noqa: F811
    upload(clerk, land, OPEN, WRONG, EMPTY)
    run = only_run().get_absolute_url()
    page = send(clerk, f"{run}rows/", leave_out="on", cell4_recorded="昨天", cell5_content="")
    assert f"{run}start/" in page.text
    page = send(clerk, f"{run}start/")
    assert Case.objects.count() == 1
    assert "第 4 行" in page.text
    assert "内容写在这里" not in only_run().words


def test_headings_that_are_not_known_are_chosen_and_remembered_for_this_sender(clerk, land):  # noqa: F811
    head, row = ["甲", "乙", "丙"], ["1", "2019/1/2", "路灯不亮"]
    page = upload(clerk, land, row, head=head)
    run = only_run().get_absolute_url()
    assert "没有找到这些列：诉求内容" in page.text
    page = send(clerk, f"{run}columns/", sheet="0", head="1", col0="number", col1="recorded", col2="content")
    assert "请只留一列" in send(clerk, f"{run}columns/", sheet="0", head="1", col0="number", col1="number").text
    assert "会新增 1 行" in page.text
    assert ImportHabit.objects.count() == 3
    assert "会新增 1 行" in upload(clerk, land, row, head=head).text
    assert "没有找到这些列" in upload(clerk, land, row, head=head, source="别家").text


def test_d3_a_refused_table_keeps_nothing_and_a_clean_copy_lies_in_the_page(clerk, land):  # noqa: F811
    page = upload(clerk, land, [*OPEN, "哨兵"], head=[*HEAD, "民族"])
    assert page.status_code == 200
    assert "工作表「Sheet1」第 7 列(G)「民族」" in page.text
    assert not ImportRun.objects.exists()
    body = re.search(r'href="data:[^;]+;base64,([^"]+)"', page.text)[1]
    rows = list(load_workbook(io.BytesIO(base64.b64decode(body))).active.values)
    assert rows[1] == tuple(HEAD)
    assert "哨兵" not in str(rows)
    clean = SimpleUploadedFile("copy.xlsx", base64.b64decode(body))
    assert "会新增 1 行" in send(clerk, NEW, file=clean, unit=str(land.town.id), source="").text


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, "请选择一个文件"),
        ({"file": SimpleUploadedFile("a.exe", b"MZ")}, "不收这类文件"),
        ({"file": SimpleUploadedFile("a.xlsx", b"")}, "是空的"),
        ({"text": "a,b", "unit": "x"}, "a,b"),
    ],
)
def test_a_bad_file_gets_a_sentence(clerk, land, facts, sentence):  # noqa: F811
    page = send(clerk, NEW, **{"unit": str(land.town.id), "source": "", **facts})
    assert sentence in page.text
    assert not ImportRun.objects.exists()


def test_a_long_table_waits_for_the_worker_and_can_be_stopped(clerk, land, monkeypatch):  # noqa: F811
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    upload(clerk, land, OPEN, ENDED)
    run = only_run().get_absolute_url()
    page = send(clerk, f"{run}start/")
    assert "排队等导入" in page.text
    assert not Case.objects.exists()
    assert actions.carry_waiting(land.county.county) == {"stored": 1, "failed": 0, "ended": 0}
    assert "新增 2 行" in clerk.get(run, headers={"HX-Request": "true"}).text
    page = send(clerk, f"{run}undo/")
    assert "正在撤回" in page.text
    actions.carry_waiting(land.county.county)
    assert "已经撤回" in clerk.get(run).text
    upload(clerk, land, OPEN, ENDED)
    other = ImportRun.objects.exclude(state="undone").get()
    send(clerk, f"{other.get_absolute_url()}start/")
    assert "停下了" in send(clerk, f"{other.get_absolute_url()}cancel/").text
    assert actions.carry_waiting(land.county.county)["stored"] == 0


def test_p10_what_waits_is_not_stored_for_somebody_who_lost_the_right(clerk, land, monkeypatch):  # noqa: F811
    monkeypatch.setattr(actions, "AT_ONCE", 0)
    upload(clerk, land, OPEN)
    send(clerk, f"{only_run().get_absolute_url()}start/")
    Account.objects.filter(id=land.clerk.id).update(is_active=False)
    assert actions.carry_waiting(land.county.county)["failed"] == 1
    assert only_run().state == "failed"
    assert not Case.objects.exists()


def test_a_table_that_nobody_finishes_is_gone_after_a_day(clerk, land, settings):  # noqa: F811
    from datetime import timedelta

    upload(clerk, land, OPEN)
    with clock.at(clock.now() + timedelta(hours=25)):
        assert actions.carry_waiting(land.county.county)["ended"] == 1
    assert not [path for path in (settings.GONGYI_DATA / "files").rglob("*") if path.is_file()]
    assert "什么也没有存" in clerk.get(only_run().get_absolute_url()).text


def test_somebody_elses_import_is_not_there(clerk, client, land):  # noqa: F811
    upload(clerk, land, OPEN)
    run = only_run().get_absolute_url()
    client.force_login(
        Account.objects.get(id=land.clerk2.id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert client.get(run).status_code == 404
    assert client.post(f"{run}start/", {"_key": key()}).status_code == 404
    assert client.get("/import/new/topics/").status_code == 404
    assert client.get("/import/new/nothing/").status_code == 404


def test_an_import_with_which_somebody_worked_cannot_be_taken_back(clerk, land):  # noqa: F811
    upload(clerk, land, OPEN)
    run = only_run().get_absolute_url()
    send(clerk, f"{run}start/")
    casework.accept_case(Case.objects.get(), by=land.desk)
    page = send(clerk, f"{run}undo/")
    assert "已经有人办过" in page.text
    assert Case.objects.count() == 1


def test_a_steward_imports_topics_and_templates(client, land):  # noqa: F811
    steward = make_account("设置", home=land.county.county)
    grant(steward, Role.STEWARD, land.county)
    client.force_login(steward, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/import/new/cases/").status_code == 404
    page = send(
        client,
        "/import/new/topics/",
        text="一级分类\t二级分类\t三级分类\n城乡建设\t物业\t电梯\n城乡建设\t\t\n\t\t悬空",
        unit=str(land.county.id),
    )
    assert "下面一级写了，这一级空着" in page.text
    run = only_run().get_absolute_url()
    send(client, f"{run}rows/", drop4="on", cell4_topic1="", cell4_topic2="")
    send(client, f"{run}start/")
    assert sorted(Topic.objects.values_list("full_name", flat=True)) == [
        "城乡建设",
        "城乡建设 / 物业",
        "城乡建设 / 物业 / 电梯",
    ]
    send(client, f"{run}undo/")
    assert not Topic.objects.exists()
    page = send(
        client,
        "/import/new/templates/",
        text="名称\t文字\t诉求类型\n收到\t您好，已收到。\t咨询\n坏的\t\t没有",
        unit=str(land.county.id),
    )
    assert "请写文字" in page.text
    assert "本县没有这个类型" in page.text
    page = send(
        client, "/import/new/templates/", text="名称\t文字\n收到\t您好。\n收到\t不一样的。", unit=str(land.county.id)
    )
    assert "名称和第 2 行相同，内容不同" in page.text


def test_the_registry_refuses_a_name_that_is_taken():
    with pytest.raises(ValueError, match="taken"):
        imports.register(imports.KINDS["cases"])


def test_links_lead_here(clerk, land):  # noqa: F811
    assert reverse("home:imports") in clerk.get("/cases/").text
    assert make_actor(Role.CLERK, land.town)


def words(answer) -> str:
    """What the page says, without the keys that every page has anew."""
    return re.sub(r'value="[^"]*"|nonce="[^"]*"', "", answer.content.decode())


@pytest.fixture
def checks(monkeypatch):
    """How often the whole table was checked."""
    done, check = [], imports.make_plan
    monkeypatch.setattr(imports, "make_plan", lambda *args, **how: done.append(1) or check(*args, **how))
    queries._previews.clear()
    return done


def test_a_table_is_checked_once_however_often_one_looks(clerk, land, checks):  # noqa: F811
    upload(clerk, land, *([str(number), *OPEN[1:]] for number in range(100, 140)), WRONG)
    path = only_run().get_absolute_url()
    first = words(clerk.get(path))
    assert words(clerk.get(path)) == first
    assert "40 行" in first
    assert len(checks) == 1
    send(clerk, f"{path}rows/", cell43_recorded="2019/3/1")
    assert "41 行" in words(clerk.get(path))  # what was kept is not shown for another table
    assert len(checks) == 2
    Topic.objects.create(county=land.county.county, name="新的", full_name="新的")
    clerk.get(path)
    assert len(checks) == 3  # nor for a county that has other topics


def test_what_was_checked_lies_on_no_disk_and_is_forgotten(clerk, land, checks, settings, monkeypatch):  # noqa: F811
    upload(clerk, land, OPEN)
    path = only_run().get_absolute_url()
    before = {file for file in settings.GONGYI_DATA.rglob("*") if file.is_file() and "sqlite" not in file.name}
    clerk.get(path)
    after = {file for file in settings.GONGYI_DATA.rglob("*") if file.is_file() and "sqlite" not in file.name}
    assert (after, len(queries._previews)) == (before, 1)
    later = clock.now() + timedelta(seconds=queries._FOR + 1)
    monkeypatch.setattr(clock, "now", lambda: later)
    clerk.get(path)
    assert (len(checks), len(queries._previews)) == (2, 1)


def test_the_page_of_a_long_file_shows_its_batches(clerk, land, monkeypatch):  # noqa: F811
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    monkeypatch.setattr(imports.runs, "BATCH", 1)
    upload(clerk, land, OPEN, ENDED)
    send(clerk, f"{only_run().get_absolute_url()}start/")
    assert actions.carry_waiting(land.county.county) == {"stored": 1, "failed": 0, "ended": 0}
    first, second = ImportRun.objects.order_by("batch")
    page = clerk.get(first.get_absolute_url()).text
    assert "分 2 批存" in page
    assert "第 1 批：共 1 行：新增 1 行" in page
    assert second.get_absolute_url() in page
    assert "hx-trigger" not in page
    assert "第 2 批" in clerk.get("/import/").text
    ImportRun.objects.filter(id=second.id).update(state="running", done=0)
    page = clerk.get(first.get_absolute_url()).text
    assert "1 / 2" in page
    assert "hx-trigger" in page
    assert "/cancel/" in page
    send(clerk, f"{first.get_absolute_url()}cancel/")
    assert ImportRun.objects.get(id=second.id).state == "stopping"
    assert ImportRun.objects.get(id=first.id).state == "done"
