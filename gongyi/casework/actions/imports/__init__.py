"""What of casework can be imported: cases with their history, topics, answer templates."""

from gongyi.casework.actions.imports.cases import CaseKind
from gongyi.casework.actions.imports.words import TemplateKind, TopicKind

__all__ = ["CaseKind", "TemplateKind", "TopicKind"]
