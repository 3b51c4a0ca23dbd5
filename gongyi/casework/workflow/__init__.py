"""The states of every kind of record in casework and the moves between them; buttons, docs and tests are drawn from these tables."""

from gongyi.casework.workflow.case import CASE, MOVES, STATES, TURNS
from gongyi.casework.workflow.publication import PUBLICATION

__all__ = ["CASE", "MOVES", "PUBLICATION", "STATES", "TURNS"]
