"""Casework: a request (办件), who takes part in it, its asker, its timeline; and what a county sets for it."""

from gongyi.casework.models.case import (
    COUNTED_ACTIONS,
    TAKING,
    Asker,
    Case,
    CaseConflict,
    CasePart,
    CaseStep,
    Reminder,
    Taking,
    Visit,
)
from gongyi.casework.models.lists import BulkLine, BulkRun, SavedView
from gongyi.casework.models.matters import Matter, MatterCase, MatterRuling, MatterRun, MatterSide
from gongyi.casework.models.memory import TopicMemory
from gongyi.casework.models.publication import Publication, PublicationStep, PublishedText, ShownWord
from gongyi.casework.models.reception import ReceptionRow, ReceptionSheet
from gongyi.casework.models.setting import AnswerTemplate, CaseType, Reason, Register, Topic

__all__ = [
    "COUNTED_ACTIONS",
    "TAKING",
    "AnswerTemplate",
    "Asker",
    "BulkLine",
    "BulkRun",
    "Case",
    "CaseConflict",
    "CasePart",
    "CaseStep",
    "CaseType",
    "Matter",
    "MatterCase",
    "MatterRuling",
    "MatterRun",
    "MatterSide",
    "Publication",
    "PublicationStep",
    "PublishedText",
    "Reason",
    "ReceptionRow",
    "ReceptionSheet",
    "Register",
    "Reminder",
    "SavedView",
    "ShownWord",
    "Taking",
    "Topic",
    "TopicMemory",
    "Visit",
]
