"""Proposals: what is suggested, by whom, who handles it; and what a county sets for them."""

from gongyi.proposals.models.call import Call, CallStep
from gongyi.proposals.models.proposal import (
    TAKING,
    Author,
    Opinion,
    Proposal,
    ProposalConflict,
    ProposalPart,
    ProposalStep,
    Sketch,
    Taking,
    Talk,
)
from gongyi.proposals.models.publication import Publication, PublicationStep, PublishedText, ShownWord
from gongyi.proposals.models.setting import Category, Cause, Limits, ResultClass, Session
from gongyi.proposals.models.voice import Comment, CommentStep, Support

__all__ = [
    "TAKING",
    "Author",
    "Call",
    "CallStep",
    "Category",
    "Cause",
    "Comment",
    "CommentStep",
    "Limits",
    "Opinion",
    "Proposal",
    "ProposalConflict",
    "ProposalPart",
    "ProposalStep",
    "Publication",
    "PublicationStep",
    "PublishedText",
    "ResultClass",
    "Session",
    "ShownWord",
    "Sketch",
    "Support",
    "Taking",
    "Talk",
]
