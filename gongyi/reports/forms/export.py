"""In which format the rows behind a number are taken."""

from gongyi.core.inputs import Form
from gongyi.people.queries.exports import format_field


class KindForm(Form):
    """The format alone: names, phones and addresses are never in it."""

    kind = format_field()
