"""Searching finds exactly what stands in the texts: words of 2-6 characters against a look at every text (on both engines)."""

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongyi.casework import actions
from gongyi.core import search
from gongyi.core.models import SearchRow
from gongyi.core.search import engine
from gongyi.core.search.words import Word, plain
from gongyi.home.actions.bench import COUNTY, fill_bench

CASES = search.KINDS["case"]
# Few characters, so that pairs meet often; with gaps, digits, Latin, full-width and a rare character of four bytes.
TEXTS = st.text(alphabet="水管漏了停电，。 3a7ＡB\n𪚥", min_size=1, max_size=24).filter(
    lambda text: any(map(str.isalnum, text))
)
WORDS = st.text(alphabet="水管漏了停电37ab𪚥", min_size=1, max_size=6)


def test_recall_and_precision_are_one(db):
    fill_bench(cases=300)
    call_command("measure_search", words=60, county=str(COUNTY), json=True, stdout=(out := StringIO()))

    facts = json.loads(out.getvalue())
    assert (facts["recall"], facts["precision"], facts["rows"]) == (1.0, 1.0, 300)
    assert facts["words"] > 40
    assert facts["hits"] > 1000


def test_control_an_index_that_misses_a_character_is_noticed(db, monkeypatch):
    monkeypatch.setattr(
        engine, "tokens", lambda text: [token for token in search.words.tokens(text) if "灯" not in token]
    )
    fill_bench(cases=300)
    monkeypatch.setattr("gongyi.home.queries.truth._words", lambda *_facts: ["路灯"])

    call_command("measure_search", words=1, county=str(COUNTY), json=True, stdout=(out := StringIO()))

    assert json.loads(out.getvalue())["recall"] == 0.0


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=4), words=st.lists(WORDS, min_size=1, max_size=3))
def test_index_and_a_look_at_the_texts_agree(land, texts, words):
    """All ways in which a word is sought, and a plain substring of every unbroken run."""
    with transaction.atomic():
        for text in texts:
            actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content=f"事{text}")
        agree(land.county.county, words[0])
        agree(land.county.county, " ".join(words))
        transaction.set_rollback(True)


def agree(county: int, asked: str) -> None:
    rows = {row.subject: (row.number, row.title, row.body) for row in SearchRow.objects.all()}
    by_index = set(search.find_all(county, None, CASES, asked))
    words = search.question(asked)
    read = {
        key for key, said in rows.items() if all(any(stands_in(word, plain(text)) for text in said) for word in words)
    }
    plainly = {key for key, said in rows.items() if all(word in plain("\n".join(said)) for word in asked.split())}
    assert by_index == read == plainly
    few = Q(subject__in=list(rows))
    ways = (
        engine.newest_holding(county, asked),
        engine.few_holding(county, asked, few),
        engine.read_holding(county, asked, few),
    )
    for found in ways:
        places = dict(found.values_list("subject", "place"))
        assert set(places) == read, "asked row by row, or of these few alone"
        assert list(places.values()) == sorted(places.values(), reverse=True)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=4), words=st.lists(WORDS, min_size=1, max_size=2))
def test_common_words_that_are_read_are_those_that_are_sought(land, texts, words):
    """On PostgreSQL a word that many rows hold is read for; with a sample of one that is every word that may be."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "COMMON", 0)
        for text in texts:
            actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content=f"事{text}")
        agree(land.county.county, " ".join(words))
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("asked", "one_way"),
    [("漏水", True), ("漏", True), ("3栋", False), ("ab", False), ("“漏 水”", False), ("𪚥", False)],
)
def test_only_words_written_in_one_way_are_read_for(asked, one_way):
    assert [word.is_one_way for word in search.question(asked)] == [one_way]


def test_control_a_word_that_can_be_written_in_two_ways_would_be_missed():
    word = search.question("3a")[0]
    assert word.stands_in(plain("３Ａ"))
    assert word.runs[0] not in "３Ａ"  # what LIKE would look for


def test_a_small_office_waits_for_its_own_records_alone(land, monkeypatch):
    """Where more rows hold the word than the office has, its own are read; where fewer do, these are asked."""
    for at in range(6):
        actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content=f"第{at}次漏水")
    actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="村里漏水，路灯也不亮")
    seen, ways = CASES.seen(land.officer, None), []
    for name in ("read_holding", "few_holding", "newest_holding"):
        way = getattr(engine, name)
        monkeypatch.setattr(
            f"gongyi.core.search.finding.{name}", lambda *a, _w=way, _n=name, **k: ways.append(_n) or _w(*a, **k)
        )
    assert seen.number < 6
    assert len(search.find(land.officer, CASES, "漏水").hits) == 1
    assert ways == ["read_holding"]
    if connection.vendor == "sqlite":  # PostgreSQL cannot tell
        assert len(search.find(land.officer, CASES, "路灯").hits) == 1
        assert ways == ["read_holding", "newest_holding"]
    monkeypatch.setattr("gongyi.core.search.finding.READ", 0)
    assert len(search.find(land.officer, CASES, "漏水").hits) == 1
    assert ways[-1] == "few_holding"


def stands_in(word: Word, text: str) -> bool:
    return all(run in text for run in word.runs) and bool(re.search(word.pattern, text))


def test_every_character_that_has_another_form_is_noticed():
    """`plain` looks for such characters first, and leaves a text alone that has none."""
    for code in range(0x110000):
        char = chr(code)
        if char.isalnum() and not search.words._MAY_DIFFER.search(char):
            assert char.lower() == char == char.translate(search.words._HALF)
    assert plain("ＡBc３，İ字") == "abc3，İ字"


def test_unknown_account_is_said(db):
    with pytest.raises(CommandError, match="nobody"):
        call_command("measure_search", words=1, account="nobody", county=_filled(), stdout=StringIO())


def _filled() -> str:
    fill_bench(cases=100)
    return str(COUNTY)
