"""A limit that a county sets, as a column: the short form of `deadlines.Span` ("24h", "3w", "3m"), and what it comes to."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models

from gongyi.core.deadlines import Calendar, Span, due


def check_span(text: str) -> None:
    """A limit as stored ("24h", "3w"); ValidationError with a sentence otherwise."""
    try:
        Span.parse(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class SpanField(models.CharField):  # type: ignore[type-arg]
    """A length of time in the short form of `deadlines.Span`."""

    default_validators = [check_span]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{**kwargs, "max_length": 8})  # type: ignore[arg-type]


def due_at(start: datetime, text: str, calendar: Calendar) -> datetime:
    """When a limit that starts now ends on this calendar."""
    return due(start, Span.parse(text), calendar)
