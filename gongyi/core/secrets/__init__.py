"""Words that only the right reader may see: field encryption, digests for exact look-ups, and masks for display."""

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from cryptography.exceptions import InvalidTag
from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from gongyi.core.secrets.keys import KeysUnusable, current_key, digest_key, key_named
from gongyi.core.secrets.masks import mask_address, mask_name, mask_phone, mask_text, phone_digits
from gongyi.core.secrets.private import HIDDEN_WORD, KINDS, Found, find_in_all, find_private, hide_known, hide_private

__all__ = [
    "HIDDEN_WORD",
    "KINDS",
    "EncryptedField",
    "Found",
    "KeysUnusable",
    "Sealed",
    "Undecipherable",
    "digest",
    "find_in_all",
    "find_private",
    "hide_known",
    "hide_private",
    "mask_address",
    "mask_name",
    "mask_phone",
    "mask_text",
    "phone_digest",
    "phone_digits",
    "phone_tail_digest",
    "seal",
    "unseal",
]  # fmt: skip

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField

NONCE_BYTES = 12
TAIL = 4


class Undecipherable(Exception):  # noqa: N818 - it reads as a sentence
    """A stored text is not what this product wrote into this row and column; the message names the column only."""


def seal(text: str, place: str) -> str:
    """Encrypt a text for one place: `v1:<key id>:<base64 of nonce and ciphertext>` (AES-256-GCM). Empty stays empty.

    `place` is bound as associated data: at any other place the text cannot be opened. Raises KeysUnusable.
    """
    if not text:
        return ""
    key_id, key = current_key()
    nonce = os.urandom(NONCE_BYTES)
    return f"v1:{key_id}:{b64encode(nonce + key.encrypt(nonce, text.encode(), place.encode())).decode()}"


def unseal(token: str, place: str) -> str:
    """Decrypt what `seal` made for the same place. Raises Undecipherable, or KeysUnusable; never makes a key."""
    if not token:
        return ""
    column = place.partition(":")[0]
    version, _colon, rest = token.partition(":")
    key_id, _colon, body = rest.partition(":")
    key = key_named(key_id)
    if version != "v1" or key is None:
        raise Undecipherable(f"{column}: not sealed with a key of this place")
    try:
        raw = b64decode(body, validate=True)
        return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Undecipherable(f"{column}: altered, or moved from another row or column") from error


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a query hands over for an encrypted column; only the row's own attribute opens it, `values()` does not."""

    token: str = field(repr=False)

    def __str__(self) -> str:
        return "****"


class Opened(str):
    """A text that was read from the database, with the sealed form it had there."""

    __slots__ = ("token",)
    token: str


class _Opener(DeferredAttribute):
    """The attribute of an EncryptedField: decrypts on the first look and keeps the text on the instance."""

    field: "EncryptedField"

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed) and instance is not None:
            token, value = value.token, Opened(unseal(value.token, self.field.place(instance)))
            value.token = token
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(_Text):
    """Text that the database and its backups hold encrypted, bound to its row and column.

    Reads like a text on the instance, decrypted on first access; empty stays empty. The key of the row is made in the
    application before saving. Every lookup, `update()`, `bulk_update()` and expression is refused (FieldError): an exact
    look-up needs a digest column beside it. Renaming the model, the column or the row's key makes the text unreadable.
    """

    descriptor_class = _Opener

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))  # TextField leaves this to forms

    def place(self, instance: models.Model) -> str:
        """`app.model.column:key of the row`. Raises FieldError for a row that has no key yet."""
        key = instance._meta.pk.to_python(instance.pk)
        if key is None:
            raise FieldError(f"{self}: the row has no key yet")
        return f"{self.model._meta.label_lower}.{self.name}:{key}"

    def from_db_value(self, value: str | None, *_context: Any) -> Sealed | str | None:
        """Wrap, do not decrypt: most pages never look."""
        return Sealed(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ARG002, FBT001 - Django's signature
        """Seal anew at each save, with the current key, for this row. Raises FieldError for anything but text."""
        value = getattr(model_instance, self.attname)
        if value is None or isinstance(value, str):
            return value and Sealed(seal(value, self.place(model_instance)))
        raise FieldError(f"{self} takes text only")

    def value_to_string(self, obj: models.Model) -> Any:
        """What `dumpdata` writes: the sealed form, never the text. Raises FieldError for a row that was not saved."""
        value = obj.__dict__.get(self.attname)
        if value and not isinstance(value, Sealed | Opened):
            raise FieldError(f"{self}: only saved rows can be dumped")
        return {"sealed": value.token} if value else value

    def to_python(self, value: Any) -> Any:
        """Take the sealed form back from `loaddata`; a form can only send text."""
        if isinstance(value, dict):
            return Sealed(str(value.get("sealed", "")))
        return super().to_python(value)

    def get_prep_value(self, value: Any) -> Any:
        """Let only sealed text, text just read, empty text and NULL pass to the database. Raises FieldError."""
        if isinstance(value, Sealed | Opened):
            return value.token
        if value:
            raise FieldError(f"{self} is written by saving a row, never by a query")
        return value

    def get_placeholder(self, value: Any, *_context: Any) -> str:
        """Refuse an expression in `update()`: the database would compute and keep plain text."""
        if hasattr(value, "as_sql"):
            raise FieldError(f"{self} is written by saving a row, never by a query")
        return "%s"

    def get_lookup(self, lookup_name: str) -> NoReturn:
        """Refuse: equal texts have different ciphertexts, so an answer would be wrong."""
        raise FieldError(f"{self} is encrypted and cannot be looked up ({lookup_name}); use a digest column")

    get_transform = get_lookup


def digest(purpose: str, text: str) -> str:
    """Keyed HMAC-SHA256, 64 hex digits: equal texts of one purpose meet, nobody without the key can try texts out."""
    return hmac.new(digest_key(), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def phone_digest(text: str) -> str:
    """Digest of a whole phone number; '' for a text without digits, which must never be looked up."""
    digits = phone_digits(text)
    return digest("phone", digits) if digits else ""


def phone_tail_digest(text: str) -> str:
    """Digest of the last four digits, for "name + phone ending" (rights.md P17); '' when there are fewer."""
    tail = phone_digits(text)[-TAIL:]
    return digest("phone tail", tail) if len(tail) == TAIL else ""
