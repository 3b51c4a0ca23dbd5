"""A transaction of an import is short, follows what rows take, and leaves a pause that whoever waits cannot miss."""

import pytest

from gongyi.core.imports import Checked, pace

# How long SQLite's busy handler sleeps before it looks again, ms (sqlite3_busy_timeout in its source).
SLEEPS = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, *[100] * 20]


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on when somebody works or sleeps; what was slept."""

    class Clock:
        now, slept = 100.0, list[float]()

        def monotonic(self):
            return self.now

        def sleep(self, seconds):
            self.slept.append(seconds)
            self.now += seconds

    clock = Clock()
    clock.slept = []
    monkeypatch.setattr(pace, "time", clock)
    return clock


def rows(number: int, length: int) -> list[Checked]:
    return [Checked(row=at, facts={"content": "字" * length, "topic": ()}) for at in range(number)]


@pytest.mark.django_db
def test_transactions_follow_what_a_row_takes(clock):
    own, all_rows, at, held = pace.Pace(10), rows(3000, 500), 0, []
    while at < len(all_rows):
        with own.step():
            some = own.some(all_rows, at)
            clock.now += 0.01 + 0.003 * len(some)
            held.append(0.01 + 0.003 * len(some))
        at += len(some)
    assert max(held[10:]) < 1.1 * pace.HELD
    assert sum(held) / len(held) > 0.8 * pace.HELD


@pytest.mark.django_db
def test_long_texts_make_a_transaction_smaller(clock):
    own = pace.Pace(10)
    assert len(own.some(rows(100, 500), 0)) == 10
    assert len(own.some(rows(100, 20_000), 0)) == 1
    own.size = 10**9
    assert len(own.some(rows(1000, 10), 0)) == pace.MOST


@pytest.mark.django_db
@pytest.mark.parametrize("held", [0.005, 0.05, 0.085, 0.119, 0.15, 0.219, 0.3, 0.9])
def test_who_waits_looks_once_in_the_pause(clock, held):
    own = pace.Pace(10)
    with own.step():
        clock.now += held
    own.rest()
    looks, at = [], 0
    for sleep in SLEEPS:
        at += sleep
        looks.append(at / 1000)
    for began in range(0, int(held * 1000), 2):  # who began to wait so many ms after the transaction began
        freed, gone = held - began / 1000, held - began / 1000 + clock.slept[0]
        assert any(freed <= look < gone for look in looks), began


@pytest.mark.django_db
def test_on_a_busy_machine_a_transaction_does_not_shrink_to_one_row(clock):
    own = pace.Pace(20, least=20)
    for _turn in range(30):
        with own.step():
            clock.now += 0.4  # the transaction itself, however few the rows
    assert own.rows == 20
