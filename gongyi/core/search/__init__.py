"""Finding records by what stands in their texts: one index in the database itself, written in the transaction of the text.

An app registers a `Kind` (what of a record is indexed, who may see it). `SearchRow` holds the text as it may be found:
numbers of people masked, the asker's own names taken out (rights.md D5). The pairs of its characters stand in FTS5 on
SQLite and in a tsvector on PostgreSQL.
"""

from gongyi.core.search.engine import (
    INDEX,
    Few,
    Seldom,
    Unsought,
    empty,
    first_place,
    first_place_of_day,
    holding,
    install,
    last_place,
    purge,
    remove,
    with_index,
    without_index,
)  # fmt: skip
from gongyi.core.search.finding import COUNT_TO, PAGE, PAGES, Found, find, find_all, newest, page
from gongyi.core.search.kinds import (
    FEW,
    KINDS,
    Document,
    Kind,
    SearchedModel,
    Seen,
    Watch,
    ahead,
    counted,
    index,
    is_whole,
    rebuild,
    register,
    together,
)
from gongyi.core.search.words import LONGEST_QUESTION, Word, excerpt, marked, question

__all__ = [
    "COUNT_TO", "FEW", "INDEX", "KINDS", "LONGEST_QUESTION", "PAGE", "PAGES", "Document", "Few", "Found", "Kind", "SearchedModel", "Seen", "Seldom", "Unsought", "Watch", "Word", "ahead", "counted", "empty", "excerpt", "find", "find_all", "first_place", "first_place_of_day", "holding",
    "index", "install", "is_whole", "last_place", "marked", "newest", "page", "purge", "question", "rebuild", "register", "remove", "together", "with_index", "without_index",
]  # fmt: skip
