"""The limits that a county set for proposals."""

from gongyi.proposals.models import Limits


def limits_of(county: int) -> Limits:
    """The county's limits; the defaults, unsaved, where it set none. One query."""
    return Limits.objects.filter(county=county).first() or Limits(county=county)
