"""Reads of figures: which units a question covers, each figure with the numbers of its records."""

from gongyi.reports.queries.counting import as_facts, numbers_of, parts, scope_of, tree_for, values

__all__ = ["as_facts", "numbers_of", "parts", "scope_of", "tree_for", "values"]
