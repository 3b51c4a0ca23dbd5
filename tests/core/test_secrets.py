"""Field encryption, key files, digests and masks: what must open, what must not, and what is shown meanwhile."""

import multiprocessing
import os
import pickle
import stat
import time
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from django.apps.registry import Apps
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import connection, models, transaction
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models import F
from hypothesis import HealthCheck, given
from hypothesis import settings as runs
from hypothesis import strategies as st

from gongyi.core import secrets
from gongyi.core.county import SharedKey
from gongyi.core.secrets import (
    EncryptedField,
    KeysUnusable,
    Sealed,
    Undecipherable,
    digest,
    keys,
    mask_address,
    mask_name,
    mask_phone,
    mask_text,
    masks,
    phone_digest,
    phone_digits,
    phone_tail_digest,
    seal,
    unseal,
)

PLACE = "core.note.name:1"


class Note(models.Model):
    """A throwaway row in a registry of its own, so that no other test meets it."""

    id = SharedKey()
    name = EncryptedField(max_length=20, blank=True)
    phone = EncryptedField(blank=True, null=True)
    title = models.TextField(default="")

    class Meta:
        app_label = "core"
        apps = Apps()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.GONGYI_KEYS = tmp_path / "keys"
    yield settings.GONGYI_KEYS
    keys._rings.clear()
    keys._digest_key.cache_clear()


@pytest.fixture
def table(db):
    columns = ", ".join(
        f"{connection.ops.quote_name(field.column)} {field.db_type(connection)}" for field in Note._meta.fields
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE core_note ({columns})")  # gone again with the test's transaction


def forget():
    """What a new process knows."""
    keys._rings.clear()
    keys._digest_key.cache_clear()


def stored(column="name"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM core_note ORDER BY title")
        return [value for (value,) in cursor.fetchall()]


def put(column, value, title):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE core_note SET {column} = %s WHERE title = %s", [value, title])


# --- sealing ----------------------------------------------------------------------------------------------------------


@runs(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])), place=st.text(alphabet="abc.:1", min_size=1))
def test_seal_round_trip(text, place):
    token = seal(text, place)
    assert unseal(token, place) == text
    assert not text or token.startswith("v1:")


def test_seal_never_gives_the_same_twice():
    assert len({seal("王小明", PLACE) for _ in range(50)}) == 50


def test_unseal_refuses_every_changed_byte():
    version, key_id, body = seal("王小明", PLACE).split(":")
    raw = b64decode(body)
    for at in range(len(raw)):
        changed = b64encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]).decode()
        with pytest.raises(Undecipherable):
            unseal(f"{version}:{key_id}:{changed}", PLACE)
    assert unseal(f"{version}:{key_id}:{body}", PLACE) == "王小明"  # the control: unchanged it opens


@pytest.mark.parametrize(
    "token", ["王小明", "v1:", "v1::", "v1:deadbeef:AAAA", "v2:{id}:{body}", "v1:{id}:", "v1:{id}:AA", "v1:{id}:%%%%"]
)
def test_unseal_refuses_what_seal_did_not_write(token):
    _version, key_id, body = seal("王小明", PLACE).split(":")
    with pytest.raises(Undecipherable) as told:
        unseal(token.format(id=key_id, body=body), PLACE)
    assert "王" not in str(told.value)


def test_unseal_refuses_another_place():
    with pytest.raises(Undecipherable) as told:
        unseal(seal("王小明", PLACE), "core.note.name:2")
    assert str(told.value).startswith("core.note.name: ")  # the column, not the row


# --- key files --------------------------------------------------------------------------------------------------------


def test_keys_are_private_files_and_stay(folder):
    token, known = seal("甲", PLACE), digest("x", "甲")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "fields.key": 0o600,
        "digests.key": 0o600,
    }
    forget()
    assert unseal(token, PLACE) == "甲"
    assert digest("x", "甲") == known


def _in_a_process(barrier, answers):
    forget()
    barrier.wait()
    answers.put((seal("甲", PLACE), digest("x", "甲")))


def test_keys_made_by_many_processes_at_once_are_one(folder):
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(8), context.Queue()
    workers = [context.Process(target=_in_a_process, args=(barrier, answers)) for _ in range(8)]
    for worker in workers:
        worker.start()
    got = [answers.get(timeout=30) for _ in workers]
    for worker in workers:
        worker.join()
    assert [unseal(token, PLACE) for token, _known in got] == ["甲"] * 8
    assert len({known for _token, known in got}) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["digests.key", "fields.key"]


def test_keys_existing_file_is_never_overwritten(folder, monkeypatch):
    seal("甲", PLACE)
    before = (folder / "fields.key").read_bytes()
    keys._make(folder / "fields.key")  # as a process does that looked just before the file appeared
    assert (folder / "fields.key").read_bytes() == before
    monkeypatch.setattr(os, "link", os.replace)  # the control: the usual way to write a file would have lost the key
    keys._make(folder / "fields.key")
    assert (folder / "fields.key").read_bytes() != before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
@pytest.mark.parametrize("name", ["fields.key", ""])
def test_keys_open_to_others_are_refused(folder, monkeypatch, name, mode):
    token = seal("甲", PLACE)
    (folder / name).chmod(mode | (0 if name else 0o100))
    forget()
    with pytest.raises(ImproperlyConfigured, match="chmod go="):
        unseal(token, PLACE)
    monkeypatch.setattr(keys, "_private", lambda *_: None)
    assert unseal(token, PLACE) == "甲"


def test_keys_lost_file_is_not_made_anew(folder):
    token = seal("甲", PLACE)
    (folder / "fields.key").unlink()
    forget()
    for use in (lambda: seal("乙", PLACE), lambda: unseal(token, PLACE), lambda: digest("x", "甲")):
        with pytest.raises(KeysUnusable):
            use()
    assert not (folder / "fields.key").exists()
    (folder / "digests.key").unlink()  # the control: only this told a lost key from a first start
    assert seal("乙", PLACE)


def test_keys_reading_never_makes_any(folder):
    with pytest.raises(KeysUnusable):
        unseal("v1:00000000:AAAA", PLACE)
    assert not folder.exists()


@pytest.mark.parametrize("content", ["", "\n", "abc", "abcd1234 AAAA", "abcd1234 %%%", "é é", "a b c"])
def test_keys_damaged_file_is_refused_and_left_alone(folder, content):
    token = seal("甲", PLACE)
    (folder / "fields.key").write_text(content)
    forget()
    with pytest.raises(KeysUnusable, match=r"fields\.key"):
        unseal(token, PLACE)
    with pytest.raises(KeysUnusable):
        seal("甲", PLACE)
    assert (folder / "fields.key").read_text() == content


def test_keys_digests_hold_one_line(folder):
    digest("x", "甲")
    path = folder / "digests.key"
    path.write_text(path.read_text() + (folder / "fields.key").read_text())
    forget()
    with pytest.raises(KeysUnusable, match=r"digests\.key"):
        digest("x", "甲")


def test_keys_unreadable_place_is_a_sentence(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.GONGYI_KEYS = tmp_path / "file"
    with pytest.raises(KeysUnusable, match="读不了"):
        seal("甲", PLACE)


def test_keys_new_last_line_encrypts_and_old_lines_decrypt(folder):
    old = seal("甲", PLACE)
    with (folder / "fields.key").open("a") as file:
        file.write(f"0000beef {b64encode(os.urandom(32)).decode()}\n")
    assert seal("甲", PLACE).split(":")[1] == old.split(":")[1]  # this process has not read it yet
    other = secrets.keys._load(folder, "fields.key", make=False)["0000beef"]
    new = f"v1:0000beef:{b64encode(b'n' * 12 + keys.AESGCM(other).encrypt(b'n' * 12, '乙'.encode(), PLACE.encode())).decode()}"
    assert unseal(new, PLACE) == "乙"  # what another process wrote makes it look again
    assert seal("甲", PLACE).startswith("v1:0000beef:")
    assert unseal(old, PLACE) == "甲"


# --- the field --------------------------------------------------------------------------------------------------------


def test_field_stores_no_plain_text(table):
    note = Note(name="王小明", phone="13812345678", title="a")
    note.save()
    assert note.name == "王小明"
    assert stored()[0].startswith("v1:")
    assert "小明" not in "".join(stored() + stored("phone"))
    again = Note.objects.get()
    assert (again.name, again.phone) == ("王小明", "13812345678")


@pytest.mark.parametrize("empty", ["", None])
def test_field_empty_stays_empty(table, empty):
    Note(name="", phone=empty).save()
    assert stored("phone") == [empty]
    assert (Note.objects.get().name, Note.objects.get().phone) == ("", empty)


def test_field_decrypts_only_on_the_first_look(table, monkeypatch):
    Note(name="王小明", title="a").save()
    opened = []
    monkeypatch.setattr(secrets, "unseal", lambda token, place: opened.append(place) or unseal(token, place))
    note = Note.objects.get()
    assert (note.title, opened) == ("a", [])
    assert (note.name, note.name) == ("王小明", "王小明")
    assert opened == [f"core.note.name:{note.pk}"]


def test_field_text_moved_to_another_row_or_column_does_not_open(table, monkeypatch):
    Note(name="王小明", phone="1", title="a").save()
    Note(name="李明", phone="2", title="b").save()
    put("name", stored()[0], "b")
    put("phone", stored()[0], "a")
    one, two = Note.objects.order_by("title")
    assert one.name == "王小明"
    for note, column in ((one, "phone"), (two, "name")):
        with pytest.raises(Undecipherable):
            getattr(note, column)
    put("name", "王小明", "a")  # plain text planted in the database is no text of ours
    with pytest.raises(Undecipherable):
        Note.objects.get(title="a").name  # noqa: B018
    monkeypatch.setattr(EncryptedField, "place", lambda *_: "anywhere")  # the control: unbound, it would have opened
    Note(name="赵", title="c").save()
    put("name", stored()[2], "b")
    assert Note.objects.get(title="b").name == "赵"


@pytest.mark.parametrize(
    "query",
    [
        lambda rows: rows.filter(name="王小明"),
        lambda rows: rows.exclude(name__contains="王"),
        lambda rows: rows.filter(name__isnull=True),
        lambda rows: rows.filter(name__length__gt=1),
        lambda rows: rows.filter(name__in=["王小明"]),
        lambda rows: rows.filter(title=F("title"), name__gt="a"),
        lambda rows: rows.update(name="王小明"),
        lambda rows: rows.update(name=F("title") + "x"),
        lambda rows: rows.bulk_update([Note(pk=rows.get().pk, name="王小明")], ["name"]),
    ],
)
def test_field_refuses_queries(table, query):
    Note(name="王小明", title="a").save()
    before = stored()
    with pytest.raises(FieldError), transaction.atomic():
        query(Note.objects.all())
    assert stored() == before


def test_field_expression_guard_is_what_keeps_plain_text_out(table, monkeypatch):
    Note(name="王小明", title="a").save()
    monkeypatch.delattr(EncryptedField, "get_placeholder")
    Note.objects.update(name=F("title"))
    assert stored() == ["a"]


def test_field_refuses_expressions_and_other_types_on_saving(table):
    for value in (F("title"), 5, b"x", Sealed(seal("王小明", PLACE))):
        with pytest.raises((FieldError, Undecipherable)), transaction.atomic():
            Note(name=value, title="a").save()
    assert stored() == []


def test_field_update_may_empty_it(table):
    Note(name="王小明").save()
    Note.objects.update(name="")
    assert Note.objects.get().name == ""


def test_field_bulk_create_defer_refresh_and_values(table):
    Note.objects.bulk_create([Note(name="王小明", title="a"), Note(name="李明", title="b")])
    assert [note.name for note in Note.objects.order_by("title")] == ["王小明", "李明"]
    note = Note.objects.defer("name").get(title="a")
    assert note.name == "王小明"
    note.name = "changed"
    note.refresh_from_db()
    assert note.name == "王小明"
    (value,) = Note.objects.filter(title="a").values_list("name", flat=True)
    assert (str(value), "v1:" in repr(value)) == ("****", False)
    assert pickle.loads(pickle.dumps(value)) == value


def test_field_saving_seals_anew_and_keeps_the_text(table):
    Note(name="王小明", title="a").save()
    before = stored()
    Note.objects.get().save()
    assert stored() != before
    Note.objects.get().save(update_fields=["title"])
    assert Note.objects.get().name == "王小明"


def test_field_row_copied_under_a_new_key(table):
    Note(name="王小明", title="a").save()
    looked, unseen = Note.objects.get(), Note.objects.get()
    assert looked.name
    for copy in (looked, unseen):
        copy.pk, copy.title, copy._state.adding = None, "b", True
    looked.save()
    assert Note.objects.get(title="b").name == "王小明"
    with pytest.raises((Undecipherable, FieldError)):
        unseen.save()


def test_field_row_without_key_is_refused():
    with pytest.raises(FieldError, match="no key"):
        Note._meta.get_field("name").pre_save(Note(name="王小明"), True)


def test_field_checks_length():
    Note(name="王" * 20, title="a").full_clean(validate_unique=False)
    with pytest.raises(ValidationError):
        Note(name="王" * 21, title="a").full_clean(validate_unique=False)


def test_field_in_migrations(table):
    Note(name="王小明", title="a").save()
    state = ProjectState()
    state.add_model(ModelState.from_model(Note))
    historical = state.apps.get_model("core", "Note")
    assert historical is not Note
    row = historical.objects.get()
    assert row.name == "王小明"
    row.name = "李明"
    row.save()
    assert Note.objects.get().name == "李明"
    code, imports = MigrationWriter.serialize(Note._meta.get_field("name"))
    assert (code, imports) == (
        "gongyi.core.secrets.EncryptedField(blank=True, max_length=20)",
        {"import gongyi.core.secrets"},
    )


# --- digests ----------------------------------------------------------------------------------------------------------


def test_digest_is_keyed_and_bound_to_its_purpose(settings, tmp_path):
    known = digest("phone", "13812345678")
    assert len(known) == 64
    assert int(known, 16)
    assert known == digest("phone", "13812345678")
    assert (
        len({known, digest("phone", "13812345679"), digest("tail", "13812345678"), digest("phon", "e13812345678")}) == 4
    )
    settings.GONGYI_KEYS = tmp_path / "others"
    assert digest("phone", "13812345678") != known


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("13812345678", "13812345678"),
        (" 138-1234 5678 ", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("＋８６－13812345678", "13812345678"),
        ("(+86)13812345678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("086-13812345678", "13812345678"),
        ("138\u200b1234\u00a05678", "13812345678"),
        ("0851-5551234", "08515551234"),
        ("8612345", "8612345"),
        ("", ""),
        ("无", ""),
    ],
)
def test_phone_digits(text, digits):
    assert phone_digits(text) == digits
    assert phone_digest(text) == (digest("phone", digits) if digits else "")


def test_phone_tail_digest():
    assert phone_tail_digest("+86 138 1234 5678") == phone_tail_digest("5678") == phone_tail_digest("５６７８")
    assert phone_tail_digest("5678") not in {phone_tail_digest("5679"), phone_digest("5678")}
    assert phone_tail_digest("567") == phone_tail_digest("") == ""


# --- masks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13812345678", "138****5678"),
        ("１３８ １２３４ ５６７８", "138****5678"),
        ("+8613812345678", "138****5678"),
        ("0851-5551234", "085****1234"),
        ("5551234", "****34"),
        ("110", "****"),
        ("问村委会要", "****"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_mask_phone(text, shown):
    assert mask_phone(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("王小明", "王**"),
        ("李明", "李*"),
        ("王", "王*"),
        ("欧阳小明", "欧**"),
        ("买买提·艾力", "买**"),
        (" 王小明 ", "王**"),
        ("", ""),
    ],
)
def test_mask_name(text, shown):
    assert mask_name(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("贵州省盘州市东湖镇李家村3组12号", "贵州省盘州市东湖镇李家村****"),
        ("东湖镇李家村三组王小明家", "东湖镇李家村****"),
        ("东湖镇李家村", "东湖镇李家村"),
        ("镇宁县白马湖街道幸福社区5栋", "镇宁县白马湖街道幸福社区****"),
        ("红果街道 胜境大道１２号", "红果街道****"),
        ("盘州市3号", "盘州市****"),
        ("中山路12号原李家村", "****"),
        ("2村", "****"),
        ("王小明家", "****"),
        ("", ""),
    ],
)
def test_mask_address(text, shown):
    assert mask_address(text) == shown


HIDDEN = [
    ("请打13812345678找我", "请打138****5678找我"),
    ("请打１３８１２３４５６７８。", "请打138****5678。"),
    ("+86 138-1234-5678", "138****5678"),
    ("微信13812345678/13912345678", "微信138****5678/139****5678"),
    ("138 1234 5678", "138****5678"),
    ("138.1234.5678", "138****5678"),
    ("1381 2345 678", "138****5678"),
    ("138 123 45678", "138****5678"),
    ("1 3 8 1 2 3 4 5 6 7 8", "138****5678"),
    ("138\u200b1234\u200b5678", "138****5678"),
    ("1503 138 1234 5678", "1503 138****5678"),
    ("2024-11-30 13812345678", "2024-11-30 138****5678"),
    ("13812345678 2024年", "138****5678 2024年"),
    ("(0851)5551234", "085****1234"),
    ("0851-85551234转801", "085****1234转801"),
    ("电话：5551234", "电话：****34"),
    ("身份证11010519491231002X，", "身份证****，"),
    ("11010519491231002x", "****"),
    ("１１０１０５１９４９１２３１００２Ｘ", "****"),
    ("110105 19491231 0021", "****"),  # mistyped check digit, still a person's
    ("130503670401001", "****"),
    ("6222021234567890123", "****"),
    ("6222 0212 3456 7890 123", "****"),
    ("4111111111111111", "****"),
    ("账号：2010123456789012345", "账号：****"),
]


@pytest.mark.parametrize(("text", "shown"), HIDDEN)
def test_mask_text_hides(text, shown, monkeypatch):
    assert mask_text(text) == shown
    assert mask_text(shown) == shown
    monkeypatch.setattr(masks, "_NUMBERS", [])
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "2024年11月30日15时30分",
        "２０２４年１１月３０日",
        "2024-11-30 至 2024-12-05",
        "20241130",
        "1949-10-01 1921-07-01",
        "编号4311-0286",
        "编号2026-0001",
        "订单号202411301234567890",
        "520281202411300012",  # area, day of this century, serial: an order, not a person
        "110105194913310021",  # no such day
        "DH2024113000012",
        "1732950000000",
        "380000.50元、3,500,000元、12345678元",
        "￥13812345678",
        "13812345678.50元",
        "统一社会信用代码915202817366123456",
        "统一社会信用代码91520281MA6DL0AB1X",
        "第20240001号，邮编553537",
        "12345、110、400-123-4567",
        "来电话20241130登记",
        "3组12户45人",
        "4111111111111112",
        "",
    ],
)
def test_mask_text_leaves(text):
    assert mask_text(text) == text


@runs(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    before=st.text(alphabet="，我的电话是 。村a\n", max_size=8),
    second=st.sampled_from("3456789"),
    rest=st.text(alphabet="0123456789", min_size=9, max_size=9),
    after=st.text(alphabet="，谢谢 。村a\n元年", max_size=8),
    wide=st.booleans(),
)
def test_mask_text_hides_any_mobile_number(before, second, rest, after, wide):
    number = "1" + second + rest
    written = "".join(chr(ord(n) + 0xFEE0) for n in number) if wide else number
    assert mask_text(before + written + after) == before + mask_phone(number) + after


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1 ",
        "138 1234 ",
        "身份证",
        "520281",
        "13812345678 ",
        "电话",
        "0851-",
        "((((",
        "86",
        "+86 ",
        "1(3((",
        "62220212",
        "王",
        "1－",
        "身份证1",
    ],
)
def test_mask_text_is_fast_on_long_texts(piece):
    text = (piece * 20_000)[:20_000]
    start = time.process_time()
    mask_text(text)
    assert time.process_time() - start < 0.25


def test_secrets_say_nothing_of_their_keys(folder):
    seal("甲", PLACE)
    key = Path(folder / "fields.key").read_text().split()[1]
    (folder / "fields.key").write_text(f"a {key[:-8]}\n")
    forget()
    with pytest.raises(KeysUnusable) as told:
        seal("甲", PLACE)
    assert key[:8] not in str(told.value)
