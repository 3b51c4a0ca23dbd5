"""Values written into somebody's form: only the part of the package that holds them changes, and in it only those places.

Numbers go in as numbers, everything else as text that no program takes for a formula. Cached results of formulas are dropped, so
that they are computed when the file is opened.
"""

import zipfile
from collections.abc import Sequence
from io import BytesIO

from gongyi.documents.blank.layout import Form, Slot
from gongyi.documents.blank.sheets import write_sheets
from gongyi.documents.blank.texts import write_texts
from gongyi.documents.blank.values import Value, shown


def write_form(content: bytes, form: Form, values: Sequence[tuple[Slot, Value]]) -> tuple[bytes, list[Slot]]:
    """(the file with these values in their places, the slots that could not be written)."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        parts, failed = write_sheets(package, form, values) if form.kind == "xlsx" else write_texts(package, values)
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for entry in package.infolist():
                made.writestr(entry, parts.get(entry.filename, package.read(entry)), entry.compress_type)
    return out.getvalue(), failed


__all__ = ["Value", "shown", "write_form"]
