"""What is shown of a name, a number or an address until somebody asks to see it (rights.md P6). No keys, no tables.

In doubt a number is hidden: one click shows it, nothing takes back what was shown. Not seen are numbers written in
Chinese numerals, and numbers glued to other digits. Public hotlines (12345, 110, 400-...) stay.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import NamedTuple

# full-width, Arabic and Uyghur digits; one character for one, so that places in the text stay the same
_PLAIN = str.maketrans(
    "".join(chr(zero + n) for zero in (0xFF10, 0x660, 0x6F0) for n in range(10)) + "＋Ｘｘ．", "0123456789" * 3 + "+Xx."
)
_PREFIX = re.compile(r"^(?:(?:\+|00)86|0?86(?=1\d{10}$))")
HIDDEN = "****"
BLANK = "\ue000"  # stands where a number was found; no text holds it
_MOBILE, _LONG, _SHORT = 11, 10, 5


def phone_digits(text: str) -> str:
    """The digits of a phone number: full-width made plain; +86 or 0086, and 86 before a mobile number, left out."""
    return _PREFIX.sub("", re.sub(r"[^0-9+]", "", text.translate(_PLAIN))).replace("+", "")


def mask_phone(text: str) -> str:
    """`138****5678`; of a short number only the last two digits, of anything else nothing. Empty stays empty."""
    digits = phone_digits(text)
    if len(digits) >= _LONG:
        return f"{digits[:3]}{HIDDEN}{digits[-4:]}"
    hidden = HIDDEN + digits[-2:] if len(digits) >= _SHORT else HIDDEN
    return hidden if text.strip() else ""


def mask_name(text: str) -> str:
    """The first character, and one or two stars that do not tell the length. Names are not parsed (rights.md D6)."""
    name = text.strip()
    return name and name[0] + ("*" if len(name) <= 2 else "**")  # noqa: PLR2004 - 李明 → 李*, 王小明 → 王**


# up to and with the first name of a village; without one, of a town; without one, of a county
_PLACES = [re.compile(rf"^.+?(?:{ends})") for ends in ("村委会|居委会|村|社区|嘎查", "街道|镇|乡|苏木", "[县区市旗]")]
_EXACT = re.compile(r"\d|路|巷|弄|大道|小区|街(?!道)")


def mask_address(text: str) -> str:
    """Keep the start down to the village; hide digits, street, house and all that follows. Empty stays empty."""
    address = text.strip()
    start = _EXACT.split(address, maxsplit=1)[0]
    kept = next((found[0] for place in _PLACES if (found := place.match(start))), "")
    return kept if kept == address else kept + HIDDEN


# --- numbers inside a text --------------------------------------------------------------------------------------------

_PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_OLD_ID, _NEW_ID, _MISTYPED_BEFORE = 15, 18, 2010


def _day(text: str) -> int:
    """The year of a date YYYYMMDD; 0 when there is no such day."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).year
    except ValueError:
        return 0


def is_id_card(number: str) -> bool:
    """Whether digits (and X) are an ID-card number, or one mistyped."""
    return bool(_id_card(number))


def is_bank_card(number: str) -> bool:
    """Whether digits are a bank card's number."""
    return bool(_bank_card(number))


def _id_card(number: str) -> str:
    """Hide an ID-card number (GB 11643): it has a province, a birthday and a check digit.

    A wrong check digit counts as mistyped unless the year is recent: then it is the date of an order number.
    """
    if not _PROVINCES.match(number):
        return ""
    if len(number) == _OLD_ID:
        return HIDDEN if _day("19" + number[6:12]) else ""
    year = _day(number[6:14])
    return HIDDEN if year and (year < _MISTYPED_BEFORE or ends_in_check_digit(number)) else ""


def ends_in_check_digit(number: str) -> bool:
    """Whether the last of 18 digits (or X) is the one that the others ask for."""
    check = "10X98765432"[sum(int(n) * w for n, w in zip(number, _WEIGHTS, strict=False)) % 11]
    return check == number[-1].upper()


def _bank_card(number: str) -> str:
    """Hide a card number: UnionPay by its beginning, any other by its check digit (ISO/IEC 7812, Luhn)."""
    total = sum(sum(divmod(int(n) * (1 + i % 2), 10)) for i, n in enumerate(reversed(number)))
    return HIDDEN if number.startswith("62") or total % 10 == 0 else ""


def _hide(_number: str) -> str:
    return HIDDEN


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern in which ~ is a gap that may stand inside a number, ~~ one that must; all gaps bounded, so linear."""
    gap = "[ \\t\\u00a0\\u2000-\\u200f\\u2010-\\u2015\\u202f\\u2060\\u3000\\ufeff.()（）－·-]"
    return re.compile(text.replace("~~", gap + "{1,3}").replace("~", gap + "{0,3}") + "(?![0-9])")


_IS = r"[号码是为：:\s()（）]{0,6}"
_DIGIT = re.compile("[0-9]")
_STATE = r"(?:\+|00)?86~"
_Rule = tuple[str, re.Pattern[str], Callable[[str], str]]
# Tried in this order: what one finds the next ones do not see. The group n is the number; what decides returns "" for no.
_NUMBERS: list[_Rule] = [
    ("paper", _pattern(rf"(?:身份证|证件){_IS}(?P<n>[0-9](?:~[0-9]){{11,23}}[Xx]?)"), _hide),
    ("bank", _pattern(rf"(?:银行卡|卡号|[账帐][号户]){_IS}(?P<n>[0-9](?:~[0-9]){{11,23}}[Xx]?)"), _hide),
    ("paper", _pattern(r"(?<![0-9])(?P<n>[1-8][0-9]{5}~[0-9]{8}~[0-9]{3}[0-9Xx])"), _id_card),
    ("paper", _pattern(r"(?<![0-9])(?P<n>[1-8][0-9]{5}~[0-9]{6}~[0-9]{3})"), _id_card),
    (
        "bank",
        _pattern(r"(?<![0-9])(?P<n>(?:[3-6][0-9]|95)[0-9]{2}~[0-9]{4}~[0-9]{4}~[0-9]{4}(?:~[0-9]{1,3})?)"),
        _bank_card,
    ),
    # mobile numbers: whole or 3-4-4; 4-4-3, 4-3-4, 3-3-5; digit by digit
    (
        "phone",
        _pattern(rf"(?<![0-9¥￥$])(?P<n>(?:{_STATE})?1[3-9][0-9]~[0-9]{{4}}~[0-9]{{4}})(?!\.[0-9]{{1,2}}元)"),
        mask_phone,
    ),
    (
        "phone",
        _pattern(
            r"(?<![0-9])(?P<n>1[3-9][0-9]{2}~~(?:[0-9]{4}~~[0-9]{3}|[0-9]{3}~~[0-9]{4})|1[3-9][0-9]~~[0-9]{3}~~[0-9]{5})"
        ),
        mask_phone,
    ),
    ("phone", _pattern(r"(?<![0-9])(?P<n>1~~[3-9](?:~~[0-9]){9})"), mask_phone),
    # landlines: with an area code anywhere, without one after a word that says so
    (
        "phone",
        _pattern(
            rf"(?<![0-9])(?<![0-9][.-])(?P<n>[(（]?(?:{_STATE}0?|0)(?:10|2[0-9]|[3-9][0-9]{{2}})~[1-9][0-9]{{2,3}}~[0-9]{{4}})"
        ),
        mask_phone,
    ),
    (
        "phone",
        _pattern(
            rf"(?:电话|座机|固话|手机|联系方式|致电|拨打|[Tt][Ee][Ll]){_IS}"
            r"(?P<n>(?!(?:19|20)[0-9]{2}[.-]?[01][0-9])[0-9]{3,4}~[0-9]{4,8})"
        ),
        mask_phone,
    ),
]


class Cut(NamedTuple):
    """A place in a text that is hidden, and what stands there instead; `kind` is paper, bank or phone."""

    start: int
    end: int
    instead: str
    kind: str


def _cut(cuts: list[Cut], kind: str, decide: Callable[[str], str], found: re.Match[str]) -> str:
    """Note what stands in the place of a number, and blank the number for the patterns that follow."""
    instead = decide(re.sub(r"[^0-9Xx+]", "", found["n"]))
    if not instead:
        return found[0]
    start, end = found.span("n")
    cuts.append(Cut(start, end, instead, kind))
    return found[0][: start - found.start()] + BLANK * (end - start) + found[0][end - found.start() :]


def find_numbers(plain: str) -> tuple[list[Cut], str]:
    """Each phone, ID-card and bank-card number of a text, and the text with these blanked, as long as before."""
    cuts = list[Cut]()
    for kind, pattern, decide in _NUMBERS if _DIGIT.search(plain) else ():
        plain = pattern.sub(partial(_cut, cuts, kind, decide), plain)
    return cuts, plain


def plain_characters(text: str) -> str:
    """Full-width, Arabic and Uyghur digits made plain; every place in the text stays the same."""
    return text.translate(_PLAIN)


def mask_text(text: str) -> str:
    """The text with each phone, ID-card and bank-card number hidden; years, dates, order numbers and amounts stay.

    Time grows with the length only. Masking twice gives the same as once.
    """
    for cut in sorted(find_numbers(plain_characters(text))[0], reverse=True):
        text = text[: cut.start] + cut.instead + text[cut.end :]
    return text
