"""The encrypted stream that a backup is: AES-256-GCM in numbered chunks, so that nothing in it can be altered, moved, cut off or added.

A header (mark, salt, check) and then chunks: one byte that says whether it is the last, four for its length, the sealed bytes. The key
of a file comes from the key file and the salt; a chunk's nonce is its number; the header and the five bytes are bound as associated data.
"""

import os
import stat
import struct
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from gongyi.core.errors import Refused
from gongyi.core.secrets.keys import OTHERS, sync_folder

MARK = b"GONGYI-BACKUP-1\n"
SALT = CHECK = KEY_BYTES = 32
HEADER = len(MARK) + SALT + CHECK
CHUNK = 1 << 20
TAG = 16
_FRAME = struct.Struct(">BI")


# --- the key ----------------------------------------------------------------------------------------------------------


def key_path() -> Path:
    """The file that GONGYI_BACKUP_KEY names. Raises Refused where nothing is named."""
    if not settings.GONGYI_BACKUP_KEY:
        raise Refused(
            "backup_no_key",
            _("没有设置 GONGYI_BACKUP_KEY：备份要加密，不知道用哪个密钥。"),
            _("请让它指向一个密钥文件；还没有密钥，就运行一次 ./run manage backup --new-key。"),
        )
    return Path(settings.GONGYI_BACKUP_KEY)


def read_key() -> bytes:
    """The 32 bytes of the key file. Raises Refused when there is none or it holds something else."""
    path = key_path()
    try:
        key = b64decode(path.read_bytes().strip(), validate=True)
    except OSError as error:
        raise Refused(
            "backup_no_key",
            _("备份密钥 %(path)s 读不了（%(why)s）。") % {"path": path, "why": error.strerror},
            _("请把保管的密钥放回这里；从来没有过密钥，就运行一次 ./run manage backup --new-key。"),
        ) from error
    except NotBase64:
        key = b""
    if len(key) != KEY_BYTES:
        raise Refused(
            "backup_bad_key",
            _("文件 %(path)s 里不是备份密钥。") % {"path": path},
            _("密钥是一行 44 个字符，以 = 结尾。"),
        )
    return key


def make_key() -> str:
    """Write a new key where GONGYI_BACKUP_KEY says (0600) and return it for safe keeping. Raises Refused: never overwrites."""
    path = key_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{(key := b64encode(os.urandom(KEY_BYTES)).decode())}\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except FileExistsError:
        raise Refused(
            "backup_key_exists",
            _("%(path)s 已经在了，没有动它：换了密钥，以前的备份就打不开了。") % {"path": path},
            _("确要换新的，请先把旧密钥改名存好，再运行一次。"),
        ) from None
    except OSError as error:
        raise Refused(
            "backup_key_unwritten", _("密钥没有写成：%(path)s（%(why)s）。") % {"path": path, "why": error.strerror}
        ) from error
    return key


def is_open_to_others() -> bool:
    """Whether other users of this machine may read the key file."""
    return bool(stat.S_IMODE(key_path().stat().st_mode) & OTHERS)


class _Keys(NamedTuple):
    cipher: AESGCM
    check: bytes


def _derive(key: bytes, salt: bytes) -> _Keys:
    both = HKDF(SHA256(), KEY_BYTES + CHECK, salt, MARK).derive(key)
    return _Keys(AESGCM(both[:KEY_BYTES]), both[KEY_BYTES:])


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


# --- writing and reading ----------------------------------------------------------------------------------------------


class Sealer:
    """A file to write into; what was written counts only after `close`."""

    def __init__(self, out: BinaryIO, key: bytes) -> None:
        salt = os.urandom(SALT)
        self._cipher, check = _derive(key, salt)
        self._out, self._header, self._number, self._buffer = out, MARK + salt + check, 0, bytearray()
        out.write(self._header)

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._buffer += data
        while len(self._buffer) > CHUNK:
            self._seal(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Seal what is left as the last chunk."""
        self._seal(bytes(self._buffer), last=True)

    def _seal(self, data: bytes, *, last: bool) -> None:
        frame = _FRAME.pack(last, len(data))
        self._out.write(frame + self._cipher.encrypt(_nonce(self._number), data, self._header + frame))
        self._number += 1


class Opener:
    """A file to read from, chunk by chunk, each of them checked before any byte of it is handed out. Raises Refused."""

    def __init__(self, source: BinaryIO, key: bytes) -> None:
        self._source, self._number, self._ended, self._buffer = source, 0, False, BytesIO()
        self._header = source.read(HEADER)
        if not self._header.startswith(MARK):
            raise Refused("backup_not_one", _("这个文件不是共议的备份，或者开头坏了。"), _("请换一个备份文件再试。"))
        if len(self._header) < HEADER:
            raise _cut()
        self._cipher, check = _derive(key, self._header[len(MARK) : -CHECK])
        if check != self._header[-CHECK:]:
            raise Refused(
                "backup_wrong_key",
                _("密钥和这个备份对不上：不是做备份时的那一个，或者文件开头被改过。"),
                _("请让 GONGYI_BACKUP_KEY 指向做备份时的密钥。"),
            )

    def read(self, size: int) -> bytes:
        """Some bytes, fewer only at the end."""
        found = self._buffer.read(size)
        while len(found) < size and not self._ended:
            self._buffer = BytesIO(self._chunk())
            found += self._buffer.read(size - len(found))
        return found

    def check(self) -> None:
        """Read to the end. Raises Refused where the file is not what was written."""
        while not self._ended:
            self._chunk()

    def _chunk(self) -> bytes:
        frame = self._source.read(_FRAME.size)
        if len(frame) < _FRAME.size:
            raise _cut()
        last, length = _FRAME.unpack(frame)
        if length > CHUNK:
            raise _altered()
        sealed = self._source.read(length + TAG)
        if len(sealed) < length + TAG:
            raise _cut()
        try:
            data = self._cipher.decrypt(_nonce(self._number), sealed, self._header + frame)
        except InvalidTag:
            raise _altered() from None
        self._number, self._ended = self._number + 1, bool(last)
        if last and self._source.read(1):
            raise Refused(
                "backup_extended", _("这个备份的末尾多了东西，不是原来的文件。"), _("请换一份没有动过的备份。")
            )
        return data


def _cut() -> Refused:
    return Refused(
        "backup_cut", _("这个备份不完整，后面的一段没有了：多半是没有复制完。"), _("请重新复制，或换一份备份。")
    )


def _altered() -> Refused:
    return Refused(
        "backup_altered", _("这个备份里有一段被改过、换过位置或坏了，没有使用它。"), _("请重新复制，或换一份备份。")
    )
