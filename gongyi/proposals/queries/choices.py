"""What forms offer: categories, sessions, reasons, result classes."""

from django.db.models import QuerySet

from gongyi.proposals.models import Category, Cause, ResultClass, Session


def categories(county: int) -> QuerySet[Category]:
    """The categories in use, in the county's order."""
    return Category.objects.filter(county=county, active=True).order_by("position", "name")


def sessions(county: int) -> QuerySet[Session]:
    """The sessions in use, in the county's order."""
    return Session.objects.filter(county=county, active=True).order_by("position", "name")


def causes(county: int, kind: str) -> QuerySet[Cause]:
    """The reasons to choose from."""
    return Cause.objects.filter(county=county, kind=kind, active=True).order_by("position", "text")


def result_classes(county: int) -> QuerySet[ResultClass]:
    """The result classes of now."""
    return ResultClass.objects.filter(county=county, until=None).order_by("position", "code")
