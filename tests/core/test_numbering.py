"""Numbers: one series, no gaps, none twice, whatever is rolled back or happens at once."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from gongyi.core import clock, numbering
from gongyi.core.models import NumberSeries, RegisterLine
from gongyi.core.numbering import next_number, show, strike
from tests.race import race

COUNTY = 999001
MARCH = datetime(2026, 3, 2, 2, tzinfo=UTC)


def give(series="", county=COUNTY, subject=None):
    with transaction.atomic():
        return next_number(county=county, series=series, subject=subject or uuid4())


@pytest.fixture(autouse=True)
def in_march():
    with clock.at(MARCH):
        yield


@pytest.mark.django_db
def test_numbers_follow_one_another():
    assert [give() for _ in range(3)] == ["2026-0001", "2026-0002", "2026-0003"]
    assert list(RegisterLine.objects.order_by("number").values_list("number", "fate")) == [
        (1, "live"),
        (2, "live"),
        (3, "live"),
    ]


@pytest.mark.django_db
def test_every_county_series_and_year_counts_for_itself():
    assert [give(), give("LJ"), give(county=999002)] == ["2026-0001", "LJ2026-0001", "2026-0001"]
    with clock.at(datetime(2026, 12, 31, 16, tzinfo=UTC)):  # midnight in Shanghai
        assert give() == "2027-0001"


@pytest.mark.django_db
def test_number_of_a_rolled_back_row_is_given_again():
    give()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert next_number(county=COUNTY, series="", subject=uuid4()) == "2026-0002"
        raise ZeroDivisionError

    assert give() == "2026-0002"
    assert list(RegisterLine.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert NumberSeries.objects.get().last == 2


@pytest.mark.django_db
def test_struck_number_is_not_given_again():
    subject = uuid4()
    give(subject=subject)
    strike(county=COUNTY, subject=subject, fate=RegisterLine.Fate.VOID, why="登记错了" * 100)

    line = RegisterLine.objects.get()
    assert (line.fate, len(line.why)) == ("void", 200)
    assert give() == "2026-0002"


@pytest.mark.django_db
def test_one_record_gets_one_number():
    subject = uuid4()
    give(subject=subject)
    with pytest.raises(DatabaseError), transaction.atomic():
        next_number(county=COUNTY, series="", subject=subject)

    assert give() == "2026-0002"


def test_number_is_written_with_mark_year_and_four_digits():
    assert [show("", 2026, 7), show("LJ", 2026, 12345)] == ["2026-0007", "LJ2026-12345"]


def contend(folder):
    """Eight people take five numbers each, every second of which comes to nothing: the numbers kept, the register."""

    def act(_number):
        kept = []
        for turn in range(5):
            try:
                with transaction.atomic():
                    number = numbering.next_number(county=COUNTY, series="", subject=uuid4())
                    if turn % 2:
                        raise ZeroDivisionError
                    kept.append(number)
            except ZeroDivisionError:
                continue
        return kept

    return race(folder, act, lambda: sorted(RegisterLine.objects.values_list("number", flat=True)))


@pytest.mark.django_db(transaction=True)
def test_race_for_numbers_leaves_no_gap_and_no_double(tmp_path):
    kept, register = contend(tmp_path)

    assert sorted(sum(kept, [])) == [f"2026-{n:04d}" for n in range(1, 25)]
    assert register == list(range(1, 25))


@pytest.mark.django_db(transaction=True)
def test_race_for_numbers_is_lost_when_counted_outside_the_transaction(tmp_path, monkeypatch):
    def counted(*, county, series, subject):
        return show(series, 2026, RegisterLine.objects.count() + 1)

    monkeypatch.setattr(numbering, "next_number", counted)
    kept, _register = contend(tmp_path)

    assert len(set(sum(kept, []))) < 24
