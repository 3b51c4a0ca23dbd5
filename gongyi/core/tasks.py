"""What the ground does by itself."""

from gongyi.core import audit, search
from gongyi.core.county import bind
from gongyi.core.schedule import every, meant, stopping


@every(minutes=10, name="core.search")
def fill_search() -> str:
    """Index what is not indexed yet, as after an upgrade."""
    written = 0
    for county in meant(audit.counties()):
        with bind(county):
            for kind in search.KINDS.values():
                written += 0 if search.is_whole(kind, county) else _fill(kind, county)
    return str(written)


def _fill(kind: search.Kind, county: int) -> int:
    written = 0
    for _seen, written in search.rebuild(kind, county):  # noqa: B007 - the last one counts
        if stopping():
            break
    return written
