"""Finding records by what stands in their texts: one index in the database itself, written in the transaction of the text.

An app registers a `Kind` (what of a record is indexed, who may see it). `SearchRow` holds the text as it may be found:
numbers of people masked, the asker's own names taken out (rights.md D5). The pairs of its characters stand in FTS5 on
SQLite and in a tsvector on PostgreSQL.
"""

from gongyi.core.search.engine import INDEX, Seldom, empty, holding, install, purge, remove, with_index, without_index
from gongyi.core.search.finding import COUNT_TO, PAGE, PAGES, Found, find, find_all, page
from gongyi.core.search.kinds import (
    KINDS,
    Document,
    Kind,
    SearchedModel,
    Watch,
    index,
    is_whole,
    rebuild,
    register,
    together,
)
from gongyi.core.search.words import LONGEST_QUESTION, Word, excerpt, marked, question

__all__ = [
    "COUNT_TO", "INDEX", "KINDS", "LONGEST_QUESTION", "PAGE", "PAGES", "Document", "Found", "Kind", "SearchedModel", "Seldom", "Watch", "Word", "empty", "excerpt", "find", "find_all", "holding",
    "index", "install", "is_whole", "marked", "page", "purge", "question", "rebuild", "register", "remove", "together", "with_index", "without_index",
]  # fmt: skip
