"""What home does by itself: the morning's digest."""

from gongyi.core.county import bind
from gongyi.core.schedule import meant, nightly
from gongyi.home.actions.digest import send_digests
from gongyi.network.queries import counties


@nightly(hour=7, minute=30, name="home.digest")
def digest() -> str:
    """One message for everybody who wants it."""
    sent = 0
    for county in meant(counties()):
        with bind(county):
            sent += send_digests(county)
    return str(sent)
