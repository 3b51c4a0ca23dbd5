"""Two key files that the first need makes: folder 0700, files 0600, one key a line, `<id> <32 bytes in base64>`.

`fields.key`: the last line encrypts, every line decrypts; a new last line is how the key is changed. `digests.key` holds
one line and never changes, or no stored digest would be found again. Both belong into a backup, apart from the data.
"""

import os
import stat
from base64 import b64decode, b64encode
from contextlib import suppress
from functools import cache
from pathlib import Path
from secrets import token_hex

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

FIELDS, DIGESTS = "fields.key", "digests.key"
KEY_BYTES = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeysUnusable(ImproperlyConfigured):
    """The key files cannot be used; the sentence tells the operator which file and what to do."""


def _private(handle: int, path: Path) -> None:
    """Raise KeysUnusable when others than the owner may open what `handle` is."""
    if stat.S_IMODE(os.fstat(handle).st_mode) & OTHERS:
        raise KeysUnusable(_("密钥 %(path)s 别的用户也能打开。请运行：chmod go= %(path)s") % {"path": path})


def _read(path: Path) -> str:
    for place, flags in ((path.parent, os.O_DIRECTORY), (path, 0)):
        handle = os.open(place, os.O_RDONLY | flags)
        try:
            _private(handle, place)
            text = b"" if flags else os.read(handle, 1 << 16)
        finally:
            os.close(handle)
    return text.decode("ascii")


def _make(path: Path) -> None:
    """Put a new key at `path` unless a file is there; the name appears at once with its whole content, and durably."""
    draft = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{token_hex(4)} {b64encode(os.urandom(KEY_BYTES)).decode()}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was faster; its key is the key
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make new and removed names in a folder durable. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prepare(folder: Path) -> None:
    """Make what is missing. `fields.key` is always made first: `digests.key` alone means that `fields.key` was lost."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = (folder / DIGESTS).exists()  # asked first: another process may be making both just now
    if not (folder / FIELDS).exists():
        if made:
            lost = {"path": folder / FIELDS}
            raise KeysUnusable(
                _("密钥文件 %(path)s 不见了，没有它就读不出已加密的内容。请从备份放回，不要新建。") % lost
            )
        _make(folder / FIELDS)
    if not made:
        _make(folder / DIGESTS)


def _load(folder: Path, name: str, *, make: bool) -> dict[str, bytes]:
    """The keys of one file, by id, in the file's order. Raises KeysUnusable."""
    try:
        if make:
            _prepare(folder)
        lines = [line.split() for line in _read(folder / name).splitlines() if line.strip()]
        keys = {key_id: b64decode(key, validate=True) for key_id, key in lines}
    except OSError as error:
        told = {"path": error.filename or folder / name, "why": error.strerror}
        raise KeysUnusable(_("密钥文件 %(path)s 读不了（%(why)s）。请检查路径和权限。") % told) from error
    except ValueError:
        keys = {}
    if {len(key) for key in keys.values()} != {KEY_BYTES} or (name == DIGESTS and len(keys) != 1):
        raise KeysUnusable(_("密钥文件 %(path)s 的内容不完整或不对。请从备份放回。") % {"path": folder / name})
    return keys


_rings: dict[Path, dict[str, AESGCM]] = {}


def _ring(folder: Path, *, make: bool = False, again: bool = False) -> dict[str, AESGCM]:
    if again or folder not in _rings:
        _rings[folder] = {key_id: AESGCM(key) for key_id, key in _load(folder, FIELDS, make=make).items()}
    return _rings[folder]


@cache
def _digest_key(folder: Path) -> bytes:
    return next(iter(_load(folder, DIGESTS, make=True).values()))


def current_key() -> tuple[str, AESGCM]:
    """The key that encrypts now, with its id; made if there is none. Raises KeysUnusable."""
    return list(_ring(Path(settings.GONGYI_KEYS), make=True).items())[-1]


def key_named(key_id: str) -> AESGCM | None:
    """The key with this id, or None. Never makes a key: what is to be read was written with one. Raises KeysUnusable."""
    folder = Path(settings.GONGYI_KEYS)
    if key := _ring(folder).get(key_id):
        return key
    return _ring(folder, again=True).get(key_id)  # another process may use a key that this one has not read


def digest_key() -> bytes:
    """The one key of the digests; made if there is none. Raises KeysUnusable."""
    return _digest_key(Path(settings.GONGYI_KEYS))
