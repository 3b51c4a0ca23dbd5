"""Which requests are about one matter: the same thing by name with the same trouble. Found without a chosen number of groups.

Texts of requests alone go in, to find matters, never people (D5, D18).
"""

from collections.abc import Sequence

from gongyi.language.matters.joining import Marks, Tell, joined
from gongyi.language.matters.seen import Request, look

__all__ = ["Request", "find_matters"]


def find_matters(
    requests: Sequence[Request], *, marks: Marks | None = None, tell: Tell | None = None
) -> list[list[int]]:
    """The groups of at least two, as positions in `requests`, the largest first.

    `marks` hold what people ruled, for each request as ruling and side: the same side of a ruling stands together, two sides never.
    `tell` hears how far it is, as (done, all). 20,000 requests take about a minute of one processor and up to 0.8 GB.
    """
    groups = [sorted(places) for places in joined(look(requests), marks, tell) if len(places) > 1]
    return sorted(groups, key=lambda places: (-len(places), places[0]))
