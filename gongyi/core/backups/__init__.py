"""Nothing lost: one encrypted file with everything, the same for SQLite and PostgreSQL, and bringing it back."""

from gongyi.core.backups.making import make, snapshot
from gongyi.core.backups.nightly import (
    Kept,
    Standing,
    drill,
    drill_is_due,
    make_nightly,
    new_path,
    size_in_words,
    standing,
)
from gongyi.core.backups.restoring import restore
from gongyi.core.backups.vault import is_open_to_others, key_path, make_key, read_key

__all__ = [
    "Kept", "Standing", "drill", "drill_is_due", "is_open_to_others", "key_path", "make", "make_key", "make_nightly", "new_path",
    "read_key", "restore", "size_in_words", "snapshot", "standing",
]  # fmt: skip
