"""Everything that changes a proposal or what a county sets for proposals."""

from gongyi.proposals.actions.calls import CALL_ACTS, make_call
from gongyi.proposals.actions.care import open_file, show_authors
from gongyi.proposals.actions.intake import AuthorFacts, open_proposal
from gongyi.proposals.actions.routine import follow_successor, recompute_deadlines, run_due
from gongyi.proposals.actions.table import ACTS

__all__ = [
    "ACTS",
    "CALL_ACTS",
    "AuthorFacts",
    "follow_successor",
    "make_call",
    "open_file",
    "open_proposal",
    "recompute_deadlines",
    "run_due",
    "show_authors",
]
