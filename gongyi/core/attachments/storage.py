"""Where cleaned files lie: `<GONGYI_DATA>/files/ab/<random>`, names of our own, readable by the product only."""

import os
import re
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse

from gongyi.core.secrets.keys import sync_folder

TYPES = {
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
    "csv": "text/csv",
}
_PATH = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{30}")


def store(content: bytes) -> str:
    """Keep the bytes durably; return the path inside the folder `files`, "ab/ab…" (35 characters, random).

    Call it before the transaction that stores the path; if that fails, `remove` the file. Raises OSError (disk full)
    and leaves nothing behind then.
    """
    key = token_hex(16)
    path = f"{key[:2]}/{key}"
    full = _full(path)
    full.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(full, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        for folder in (full.parent, full.parent.parent):
            sync_folder(folder)
    except BaseException:
        full.unlink(missing_ok=True)
        raise
    return path


def open_stored(path: str) -> BinaryIO:
    """Open a stored file for reading. Raises FileNotFoundError, also for a path that `store` cannot have returned."""
    return os.fdopen(os.open(_full(path), os.O_RDONLY | os.O_NOFOLLOW), "rb")


def remove(path: str) -> None:
    """Remove a stored file durably; one that is gone already is no error, so that an erasure can be repeated."""
    full = _full(path)
    if full.parent.is_dir():
        full.unlink(missing_ok=True)
        sync_folder(full.parent)


def response(path: str, name: str, kind: str) -> FileResponse:
    """Hand a stored file out as a download that no browser shows, runs, guesses at or keeps (ASVS 3.2.1, 5.4.1).

    The caller has checked the right and written the access row. Raises FileNotFoundError.
    """
    return download(open_stored(path), name, kind)


def download(file: BinaryIO, name: str, kind: str) -> FileResponse:
    """The same for a file that is open already, and may be gone from its folder."""
    answer = FileResponse(
        file, as_attachment=True, filename=name, content_type=TYPES.get(kind, "application/octet-stream")
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "no-store"
    return answer


def _full(path: str) -> Path:
    if not _PATH.fullmatch(path):
        raise FileNotFoundError(path)
    return Path(settings.GONGYI_DATA) / "files" / path
