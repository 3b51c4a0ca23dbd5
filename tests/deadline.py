"""A pytest plugin for the slow proofs: as many as fit before GONGYI_TEST_DEADLINE (seconds since 1970), cheap ones first.

A test says what it needs with `@pytest.mark.slow(minutes=5)` (2 unless said). The first one always runs, so that the
run never ends without having proved anything; those without time are listed by name.
"""

import os
import time

import pytest

DEADLINE = float(os.environ.get("GONGYI_TEST_DEADLINE", "inf"))
_left: list[str] = []
_ran: list[str] = []


def _minutes(item: pytest.Item) -> float:
    mark = item.get_closest_marker("slow")
    return float(mark.kwargs.get("minutes", 2)) if mark else 0.0


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_minutes)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    if _ran and time.time() + 60 * _minutes(item) > DEADLINE:
        _left.append(item.nodeid)
        return True
    _ran.append(item.nodeid)
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _left:
        terminalreporter.section(f"no time left for {len(_left)} slow proofs")
        for name in _left:
            terminalreporter.line(name)
