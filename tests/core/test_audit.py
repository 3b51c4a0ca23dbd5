"""The audit chain (P13): append-only on the engine in use, and 5 of 5 kinds of tampering are found."""

import json
import re
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from gongyi.core import audit, clock, seals
from gongyi.core.access import Actor, system_actor
from gongyi.core.append_only import TABLES, lifted
from gongyi.core.models import AccessRow, AuditDetail, AuditEntry, AuditHead

COUNTY = 999001
pytestmark = pytest.mark.django_db(transaction=True)


def by(county=COUNTY):
    return Actor(id=uuid4(), name="王小明", county=county)


def record(n=1, county=COUNTY, **facts):
    for i in range(n):
        with transaction.atomic():
            last = audit.record(by=by(county), action="case.open", kind="casework.case", label=f"4311-{i:04d}", **facts)
    return last


def look(day_offset=0, n=1):
    for _ in range(n):
        AccessRow.objects.create(
            county=COUNTY, at=clock.now() - timedelta(days=day_offset), actor=uuid4(), actor_label="王", unit=uuid4(),
            unit_label="东湖镇", purpose="contact", fields="phone", kind="casework.case", subject=uuid4(), label="4311-1",
        )  # fmt: skip


def whats(county=COUNTY):
    return {finding.what for finding in audit.verify(county) + seals.verify(county)}


# --- the chain --------------------------------------------------------------------------------------------------------


def test_a_row_names_its_predecessor_per_county():
    record(3)
    record(2, county=999002)
    rows = list(AuditEntry.objects.filter(county=COUNTY).order_by("seq"))
    assert [row.seq for row in rows] == [1, 2, 3]
    assert [row.before for row in rows] == ["", rows[0].digest, rows[1].digest]
    assert audit.verify(COUNTY) == audit.verify(999002) == []


def test_a_row_shares_the_fate_of_its_change():
    with pytest.raises(transaction.TransactionManagementError):
        audit.record(by=by(), action="x", kind="y")
    with transaction.atomic():
        audit.record(by=by(), action="x", kind="y")
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()
    assert record().seq == 1


def test_values_stand_beside_the_chain_and_may_go():
    record(changes={"title": ("旧", "新")})
    assert not AuditEntry.objects.filter(content="").exists()
    assert list(AuditDetail.objects.values_list("field", "old", "new")) == [("title", "旧", "新")]
    AuditDetail.objects.update(new="别的")
    assert whats() == {"values were edited"}
    AuditDetail.objects.all().delete()
    assert whats() == set()


# --- five of five -----------------------------------------------------------------------------------------------------


def edit():
    AuditEntry.objects.filter(seq=3).update(label="4311-9999")


def delete():
    AuditEntry.objects.filter(seq=3).delete()


def swap():
    AuditEntry.objects.filter(seq=2).update(seq=99)
    AuditEntry.objects.filter(seq=3).update(seq=2)
    AuditEntry.objects.filter(seq=99).update(seq=3)


def insert():
    for seq in (6, 5, 4):
        AuditEntry.objects.filter(seq=seq).update(seq=seq + 1)
    third = AuditEntry.objects.get(seq=3)
    forged = AuditEntry(
        county=COUNTY, seq=4, at=third.at, actor=None, actor_label="x", action="x", kind="x", before=third.digest
    )
    forged.digest = audit._link(forged)
    forged.save()


def cut_tail():
    """With the head set back too: only the file outside the database still knows."""
    AuditEntry.objects.filter(seq__gt=4).delete()
    AuditHead.objects.update(seq=4, digest=AuditEntry.objects.get(seq=4).digest)


def cut_tail_clumsily():
    AuditEntry.objects.filter(seq__gt=4).delete()


def cut_all():
    AuditEntry.objects.all().delete()
    AuditHead.objects.all().delete()


TAMPERINGS = [edit, delete, swap, insert, cut_tail, cut_tail_clumsily, cut_all]


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_p13_tampering_is_found(tamper, capsys):
    record(6)
    audit.append_head(COUNTY)
    assert whats() == set()
    with lifted(connection):
        tamper()
    assert whats()
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_audit", stdout=out, skip_checks=True)
    assert end.value.code == 1
    assert "不对" in out.getvalue()
    assert not re.search("[a-z]", out.getvalue())  # said in the reader's language


def test_p13_the_file_outside_is_what_finds_a_careful_cut():
    """Negative control: without the file a tail cut together with the head would pass."""
    record(6)
    with lifted(connection):
        cut_tail()
    assert whats() == set()


def test_verify_audit_says_that_all_is_well():
    record(3)
    out = StringIO()
    call_command("verify_audit", county=str(COUNTY), json=True, stdout=out, skip_checks=True)
    assert json.loads(out.getvalue()) == {"ok": True, "counties": [COUNTY], "rows": 3, "findings": []}


@pytest.mark.parametrize(("code", "says"), [("000001", "现有的县：999001"), ("0", "六位数字"), ("全部", "六位数字")])
def test_verify_audit_of_a_county_that_is_not_here_is_refused(code, says):
    record()
    out = StringIO()
    with pytest.raises(CommandError, match=says) as end:
        call_command("verify_audit", county=code, stdout=out, skip_checks=True)
    assert (end.value.returncode, out.getvalue()) == (2, "")


# --- triggers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET kind = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_p13_the_engine_refuses(table, statement):
    if "TRUNCATE" in statement and connection.vendor == "sqlite":
        statement = "DELETE FROM {} WHERE 1=1"
    record()
    look()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # the control: without triggers it would have worked
        assert cursor.rowcount == 1
    record()
    look()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


# --- sealed days ------------------------------------------------------------------------------------------------------


def test_days_are_sealed_once_in_order_empty_ones_too():
    look(3, n=2)
    look(1)
    look(0)
    assert seals.seal_days(COUNTY) == 3
    assert seals.seal_days(COUNTY) == 0
    labels = list(AuditEntry.objects.order_by("seq").values_list("label", flat=True))
    assert [label.split()[1] for label in labels] == ["2", "0", "1"]
    assert all(len(label) <= 120 for label in labels)
    with clock.at(clock.now() + timedelta(days=1)):
        assert seals.seal_days(COUNTY) == 1
    assert whats() == set()


def test_a_county_without_looks_has_nothing_to_seal():
    record()
    assert seals.seal_days(COUNTY) == 0


@pytest.mark.parametrize("tamper", ["edit", "delete one", "delete all", "insert"])
def test_p13_a_sealed_day_that_was_changed_is_found(tamper):
    look(1, n=3)
    seals.seal_days(COUNTY)
    with lifted(connection):
        if tamper == "edit":
            AccessRow.objects.filter(id=AccessRow.objects.first().id).update(purpose="check")
        elif tamper == "delete one":
            AccessRow.objects.first().delete()
        elif tamper == "delete all":
            AccessRow.objects.all().delete()
        else:
            look(1)
    assert whats() == {"access rows were changed"}


def test_a_whole_day_may_go_in_time():
    look(200, n=3)
    with clock.at(clock.now() - timedelta(days=198)):
        seals.seal_days(COUNTY)
    with lifted(connection):
        AccessRow.objects.all().delete()
    assert whats() == set()


def test_jobs_seal_and_append_for_every_county():
    from gongyi.people import tasks

    record()
    record(county=999002)
    look(1)
    assert tasks.seal_access() == "1"
    assert tasks.append_heads() == "2"
    assert [seq for seq, _digest in audit._kept_heads(COUNTY)] == [2]
    assert system_actor("seal", COUNTY).name in set(AuditEntry.objects.values_list("actor_label", flat=True))
