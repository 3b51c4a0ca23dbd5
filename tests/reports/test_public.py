"""What is published gives no small number away (rights.md D9): page, picture, its words and file are one data set."""

import csv
import io
import re
from collections import defaultdict
from datetime import date, datetime
from html import unescape
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from gongyi.casework.models import CaseType
from gongyi.core import clock
from gongyi.core.figures import Period
from gongyi.core.roughly import HIDDEN, rounded
from gongyi.reports.models import MonthlyCount, MonthlyRow, MonthlySplit
from gongyi.reports.queries import public
from tests.factories import make_county, make_unit

THIRD = Period.quarter(2026, 3)
NOW = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def attacked(suppress) -> list[tuple[tuple, str]]:
    """Tables in which somebody who knows the rules and all that is told narrows a small number down to fewer than five.

    All tables of one to three rows with up to 33 in each are published; those that look the same are what the reader must choose from.
    """
    found = []
    for rows in (1, 2, 3):
        alike = defaultdict(list)
        for numbers in product(range(1, 34), repeat=rows):
            if sum(numbers) < HIDDEN:
                continue
            told = suppress(numbers)
            if told is None:
                continue
            words = [str(rounded(n)) if t else "<10" if n < HIDDEN else "-" for n, t in zip(numbers, told, strict=True)]  # fmt: skip
            alike[*words, rounded(sum(numbers))].append(numbers)
        for words, tables in alike.items():
            for place, word in enumerate(words[:-1]):
                values = {numbers[place] for numbers in tables}
                edge = any(number > 28 for numbers in tables for number in numbers)  # its neighbours are cut off here
                if word == "<10" and len(values) < public.WIDE and not edge:
                    found.append((words, sorted(values)))
    return found


def test_d9_no_small_number_can_be_narrowed_down_to_fewer_than_five():
    assert attacked(public.suppress) == []


def test_d9_control_without_the_second_hiding_the_reader_finds_small_numbers():
    assert attacked(lambda numbers: [number >= HIDDEN for number in numbers])


@pytest.mark.parametrize(("number", "told"), [(10, 10), (12, 10), (13, 15), (98, 100), (102, 100), (103, 105)])
def test_d9_others_are_rounded_to_five(number, told):
    assert rounded(number) == told


@pytest.fixture
def county(db):
    """A county with a counted third quarter: 3 + 80 + 41 cases by type, 5 declined of 120 that ended, seven ratings."""
    unit = make_county()
    village = make_unit("李家村", make_unit("东湖镇", unit))
    with clock.at(NOW):
        kinds = [CaseType(code=f"k{i}", name=name, position=i) for i, name in enumerate(("咨询", "投诉", "举报"))]
        for kind in kinds:
            kind.save()
        for month in THIRD.each_month():
            MonthlyCount(county=999001, month=month.first, at=NOW).save()
        first = THIRD.first
        MonthlyRow(
            county=999001, unit=village, month=first, cases_received=124, cases_closed=120, cases_solved=115, cases_declined=5,
            cases_very=3, cases_good=4,
        ).save()  # fmt: skip
        for kind, number in zip(kinds, (80, 41, 3), strict=True):
            MonthlySplit(
                county=999001, unit=village, month=first, figure="cases.received", split="type", value=str(kind.id), number=number
            ).save()  # fmt: skip
        yield unit


def test_d9_page_picture_words_and_file_are_one(county):
    browser = Client()
    text = unescape(browser.get(reverse("reports:statistics")).content.decode())
    tables = {table.key: table for table in public.published(999001, THIRD).tables}
    assert set(tables) == {"outcome", "type"}, "seven ratings are too few"
    types = tables["type"]
    assert types.total.words == "125"
    assert [(name, cell.words, cell.percent) for name, cell in types.rows] == [
        ("咨询", "80", "64%"),
        ("投诉", "不单列", ""),
        ("举报", "<10", ""),
    ]
    assert "124" not in text
    told = dict(re.findall(r'<desc id="table-(\w+)-d">(.*?)</desc>', text))
    assert told["type"] == "咨询 80，投诉 不单列，举报 <10"
    answer = browser.get(reverse("reports:statistics_file"), {"quarter": "2026-3"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[1:] == public.as_rows(public.published(999001, THIRD))
    for name, cell in types.rows:
        assert [types.title, name, cell.words, cell.percent] in rows
        assert f">{cell.words}</td>" in text.replace("&lt;", "<")


def test_only_quarters_that_are_over_and_counted_since(county):
    assert public.quarters(999001) == [THIRD]
    browser = Client()
    assert browser.get(reverse("reports:statistics"), {"quarter": "2026-4"}).status_code == 404
    assert browser.get(reverse("reports:statistics"), {"quarter": "2026-2"}).status_code == 404
    assert browser.get(reverse("reports:statistics_file"), {"quarter": "x"}).status_code == 404
    august = MonthlyCount.objects.filter(month=date(2026, 8, 1))
    august.update(at=datetime(2026, 8, 20, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert public.quarters(999001) == [], "counted before it was over"
    text = unescape(browser.get(reverse("reports:statistics")).content.decode())
    assert "还没有可以公布的季度" in text
    empty = b"".join(browser.get(reverse("reports:statistics_file")).streaming_content).decode("utf-8-sig")
    assert empty.strip() == '"表","项目","件数","占比"'


def test_d9_few_cases_have_no_percentage_and_very_few_no_table(county):
    MonthlyRow.objects.update(cases_closed=49, cases_solved=25, cases_explained=24, cases_declined=0, cases_good=40)
    MonthlySplit.objects.filter(number__gt=3).delete()
    tables = {table.key: table for table in public.published(999001, THIRD).tables}
    assert {cell.percent for _name, cell in tables["outcome"].rows} <= {"51%", "50%"}
    assert tables["outcome"].total.words == "50"
    assert "type" not in tables, "three cases alone are told by no table"
    assert tables["rating"].total.words == "45"
    assert {cell.percent for _name, cell in tables["rating"].rows} == {""}
