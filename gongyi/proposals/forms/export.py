"""In which format a list of proposals is taken."""

from gongyi.core.inputs import Form
from gongyi.people.queries.exports import format_field


class ExportForm(Form):
    """The format alone: who proposes is never in it."""

    kind = format_field()
