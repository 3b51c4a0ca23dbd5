"""Somebody's blank form, read into one neutral structure and written back without touching anything else in it."""

from gongyi.documents.blank.layout import Form, Grid, Slot
from gongyi.documents.blank.reading import ACCEPT, modern, open_form
from gongyi.documents.blank.shape import shape_of
from gongyi.documents.blank.slots import find_slots
from gongyi.documents.blank.writing import Value, shown, write_form

__all__ = [
    "ACCEPT", "Form", "Grid", "Slot", "Value", "find_slots", "modern", "open_form", "shape_of", "shown", "write_form",
]  # fmt: skip
