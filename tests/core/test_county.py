"""The county inside every key: its shape, foreign keys that stay inside, the Django hooks it rests on, the merge."""

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from gongyi.core import audit, clock, county
from gongyi.core.access import system_actor
from gongyi.core.county import CountyForeignKey, CountyKey, SharedKey, bind, county_of, current_county, new_key
from gongyi.core.models import AuditDetail, AuditEntry, FormKey, NumberSeries, ScheduleRun, SearchRow
from gongyi.network.models import Unit
from tests.factories import make_account, make_county
from tests.guards.rows import make_row, own_models
from tests.race import elsewhere

SHAPE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-([0-9]{6})[0-9a-f]{6}")
NOW = datetime(2026, 3, 2, 1, 2, 3, 456000, tzinfo=UTC)


@pytest.mark.parametrize("code", [0, 7, 110101, 999_999])
def test_key_carries_time_and_county(code):
    with clock.at(NOW):
        key = new_key(code)

    assert SHAPE.fullmatch(str(key)).group(1) == f"{code:06d}"
    assert (key.version, key.variant, county_of(key)) == (8, "specified in RFC 4122", code)
    assert int(key.hex[:12], 16) == NOW.timestamp() * 1000


@pytest.mark.parametrize("code", [-1, 1_000_000])
def test_key_of_no_county_is_refused(code):
    with pytest.raises(ValueError, match="six digits"):
        new_key(code)


def test_keys_of_one_millisecond_differ():
    with clock.at(NOW):
        assert len({new_key(110101) for _ in range(5000)}) == 5000


def test_county_is_bound_for_the_block_alone():
    with pytest.raises(LookupError):
        current_county()
    with bind(110101):
        with bind(540102):
            assert current_county() == 540102
        assert current_county() == 110101
    with pytest.raises(LookupError):
        current_county()


# --- Django's hooks, pinned: an upgrade that moves one fails here ------------------------------------------------------


@pytest.mark.django_db
def test_hook_get_pk_value_on_save_makes_the_key():
    with bind(110101):
        row = FormKey(key=uuid4(), path="/", body="b", at=NOW)
        assert row.pk is None
        row.save()

    assert (row.county, county_of(row.pk)) == (110101, 110101)
    assert FormKey.objects.get(id=row.pk) == row


@pytest.mark.django_db
def test_hook_get_pk_value_on_save_also_serves_bulk_create():
    with bind(110101):
        rows = FormKey.objects.bulk_create([FormKey(key=uuid4(), path="/", body="b", at=NOW) for _ in range(3)])

    assert {county_of(row.pk) for row in rows} == {110101}
    assert len({row.pk for row in rows}) == 3


@pytest.mark.django_db
def test_hook_get_pk_value_on_save_is_what_makes_it(monkeypatch):
    monkeypatch.delattr(CountyKey, "get_pk_value_on_save")
    with bind(110101), pytest.raises(IntegrityError):
        FormKey(key=uuid4(), path="/", body="b", at=NOW).save()


@pytest.mark.django_db
def test_shared_row_has_county_zero_in_its_key():
    unit = make_county(110101)
    account = make_account(home=110101)

    assert {county_of(unit.id), county_of(account.id)} == {0}
    assert isinstance(Unit._meta.pk, SharedKey)


@pytest.mark.django_db
def test_new_row_is_inserted_without_a_question(django_assert_num_queries):
    row = FormKey(id=new_key(110101), county=110101, key=uuid4(), path="/", body="b", at=NOW)
    with django_assert_num_queries(1):
        row.save()


# --- inside one county ------------------------------------------------------------------------------------------------


def entry_of(code):
    with transaction.atomic():
        return audit.record(by=system_actor("t", code), action="a", kind="k")


@pytest.mark.django_db
def test_foreign_key_into_another_county_is_refused():
    entry = entry_of(110101)
    with pytest.raises(ValueError, match="another county"), transaction.atomic():
        AuditDetail(county=540102, entry=entry, field="f").save()
    with pytest.raises(ValueError, match="another county"), transaction.atomic():
        AuditDetail.objects.bulk_create([AuditDetail(county=540102, entry=entry, field="f")])

    AuditDetail(county=110101, entry=entry, field="f").save()
    assert AuditDetail.objects.get().county == 110101


@pytest.mark.django_db
def test_foreign_key_into_another_county_is_stored_without_the_guard(monkeypatch):
    monkeypatch.setattr(CountyForeignKey, "pre_save", models.ForeignKey.pre_save)
    AuditDetail(county=540102, entry=entry_of(110101), field="f").save()

    assert AuditDetail.objects.get().county == 540102


# --- two offices become one database -----------------------------------------------------------------------------------


def fill(code):
    """Rows of every model and a short audit chain in one county."""
    with bind(code):
        unit = make_county(code, f"{code}县")
        account = make_account(home=code, username=f"u{code}")
        for model in own_models():
            if model not in {ScheduleRun, AuditEntry, AuditDetail, audit.AuditHead}:
                make_row(model, code, unit=unit, account=account)
        for number in range(3):
            with transaction.atomic():
                audit.record(
                    by=system_actor("t", code), action=f"a{number}", kind="k", changes={"f": (number, number + 1)}
                )


def rows():
    """The keys by model; the words to find cases by move with no one: they are written with the text they are of."""
    models_ = (model for model in own_models() if model is not SearchRow)
    return {model._meta.label: set(model._base_manager.values_list("pk", flat=True)) for model in models_}


def office(folder, code):
    """An office's own SQLite file with its rows, and those as a file for the move: (file, keys by model)."""

    def live():
        call_command("migrate", verbosity=0)
        fill(code)
        call_command(
            "dumpdata",
            *sorted({model._meta.app_label for model in own_models()}),
            exclude=["core.SearchRow"],
            output=str(dump),
            verbosity=0,
        )
        return rows()

    dump = folder / f"{code}.json"
    return dump, elsewhere(folder / f"{code}.sqlite3", live)


@pytest.mark.django_db(transaction=True)
def test_two_counties_files_merge_without_a_clash(tmp_path):
    (one, keys_one), (two, keys_two) = office(tmp_path, 110101), office(tmp_path, 540102)
    labels = keys_one.keys() - {"core.ScheduleRun"}
    assert all(keys_one[label] and keys_two[label] for label in labels), "every model takes part"

    call_command("loaddata", str(one), str(two), verbosity=0)

    assert rows() == {label: keys_one[label] | keys_two[label] for label in keys_one}
    assert all(keys_one[label].isdisjoint(keys_two[label]) for label in labels)
    assert (
        set(SearchRow.objects.values_list("subject", flat=True))
        == rows()["casework.Case"] | rows()["proposals.Proposal"] | rows()["promises.Promise"]
    )
    connection.check_constraints()


@pytest.mark.django_db(transaction=True)
def test_audit_chain_survives_the_move(tmp_path):
    call_command("loaddata", str(office(tmp_path, 110101)[0]), verbosity=0)

    assert audit.verify(110101) == []


@pytest.mark.django_db
def test_two_counties_files_clash_when_keys_are_counted(monkeypatch):
    for code in (110101, 540102):
        counted = (UUID(int=number) for number in range(1, 9))
        monkeypatch.setattr(county, "new_key", lambda _county, keys=counted: next(keys))
        row = NumberSeries(county=code, series="", year=2026)
        if code == 110101:
            row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
