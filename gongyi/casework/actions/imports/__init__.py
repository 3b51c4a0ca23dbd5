"""What of casework can be imported: cases with their history, topics, answer templates."""

from gongyi.casework.actions.imports.cases import CaseKind

__all__ = ["CaseKind"]
