"""How much goes into one transaction, and how long others have their turn after it.

SQLite has one writer. Who waits for it looks again every 25 ms or oftener in the first 0.12 s, every 50 ms until 0.22 s, then every
100 ms. So a transaction is short, and the pause after it is longer than the sleep of whoever began to wait when it began.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction

from gongyi.core.imports.kinds import Checked

HELD = 0.085  # seconds that a transaction is meant to hold the writer's place
PAUSES = ((0.12, 0.029), (0.22, 0.055), (float("inf"), 0.105))  # seconds: held at most, pause
GROWS = 1.4  # by how much the next one may be larger
MOST = 500  # rows of one transaction
BLANK_ROW, USUAL_ROW = 300, 800  # what a row weighs besides its characters; what one weighs as a rule


class Pace:
    """Rows are taken by their weight in characters, as a long text takes longer to index; what that takes is learnt on the way.

    It begins with so many usual rows and never falls below `least`, where the transaction itself takes longer than its rows.
    The pause is due before the next transaction, so that what is prepared for it meanwhile costs nothing.
    """

    def __init__(self, rows: int, *, least: int = 8, held: float = HELD) -> None:
        self.size, self.least = float(rows * USUAL_ROW), float(min(least, rows) * USUAL_ROW)
        self.held, self.others_until = held, 0.0

    @property
    def rows(self) -> int:
        """So many usual rows at a time."""
        return min(MOST, max(1, int(self.size / USUAL_ROW)))

    def some(self, rows: Sequence[Checked], at: int) -> list[Checked]:
        """The next rows from this place on, at least one."""
        left, taken = self.size, list[Checked]()
        for row in rows[at : at + MOST]:
            left -= _weight(row)
            if taken and left < 0:
                break
            taken.append(row)
        return taken

    @contextmanager
    def step(self) -> Iterator[None]:
        """What is left of the pause, then one transaction. Waiting for the writer's place does not count as holding it."""
        self.rest()
        with transaction.atomic():
            began = time.monotonic()
            yield
        held = max(time.monotonic() - began, 0.001)
        self.size = max(self.least, self.size * min(self.held / held, GROWS))
        self.others_until = time.monotonic() + next(pause for longest, pause in PAUSES if held < longest)

    def rest(self) -> None:
        """Let others have their turn until the pause is over; at the end of the work it is called by itself."""
        if (left := self.others_until - time.monotonic()) > 0:
            time.sleep(left)


def _weight(row: Checked) -> int:
    return BLANK_ROW + sum(len(value) for value in row.facts.values() if isinstance(value, str))
