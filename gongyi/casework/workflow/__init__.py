"""The states of every kind of record in casework and the moves between them; buttons, docs and tests are drawn from these tables."""

from django.utils.translation import gettext_lazy as _

from gongyi.casework.workflow.case import CASE, MOVES, STATES, TURNS
from gongyi.core.access import Permission as P
from gongyi.publishing.workflow import publication_table

PUBLICATION = publication_table(
    "casework.publication", _("公开答复"), write=P.CASE_HANDLE, writers=("lead_id",), approve=P.CASE_APPROVE,
    take_down=P.CASE_CORRECT, fields=("title", "matter", "answer"), withdraw=_("诉求人要求撤下"),
)  # fmt: skip

__all__ = ["CASE", "MOVES", "PUBLICATION", "STATES", "TURNS"]
