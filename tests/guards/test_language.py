"""Every word that the product shows is in the English catalogue, which is compiled from its source (no gettext tools needed)."""

import ast
import re
from collections.abc import Iterator
from datetime import date, timedelta
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation.template import templatize

from gongyi.core.workdays import Calendar

PACKAGE = settings.BASE / "gongyi"
CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
CHINESE = re.compile(r"[\u3400-\u9fff]")
KEPT = {"note", "reason", "text", "returned_why", "next_step", "section"}  # what actions hand over to be kept
IN_CONTEXT = "\x04"  # between context and text, as in the compiled catalogue
BLANKS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
# Words that are no Chinese in the source either.
FOREIGN = {"English"}
# Files that translate a text found elsewhere, and where it comes from; `test_words_from_elsewhere` looks these up.
ELSEWHERE = {
    "core/workdays.py": "names of public holidays, from the holidays library",
    "core/said.py": "what was written as gettext_lazy where it was said",
}
# Chinese that stays Chinese in an English sentence.
STAYS = re.compile(r"共议|简体中文|东湖|汉|[（(][^（）()]*[）)]|[“\"‘'「][^”\"’'」]*[”\"’'」]")
_text = r"""(?:u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))"""
_templatized = re.compile(rf"(\b_|\bgettext|\bngettext|\bpgettext)\(\s*({_text})(?:\s*,\s*({_text}))?")


def words_of_code(text: str) -> Iterator[str]:
    """The texts that a Python file hands to gettext, one of a context with it; '' for one that is not written there."""
    for node in ast.walk(ast.parse(text)):
        if is_gettext(node):
            args = [arg.value if isinstance(arg, ast.Constant) else "" for arg in node.args]
            if node.func.id.startswith("pgettext"):
                yield IN_CONTEXT.join(args[:2]) if all(args[:2]) else ""
            else:
                yield from args[: 2 if node.func.id.startswith("ngettext") else 1]


def is_gettext(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and bool(node.args)


def hidden_in_f_strings(text: str) -> list[str]:
    """What is handed to gettext inside an f-string, where xgettext does not look."""
    strings = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.JoinedStr)]
    return list(dict.fromkeys(ast.unparse(node) for each in strings for node in ast.walk(each) if is_gettext(node)))


def kept_in_one_language(text: str) -> list[str]:
    """What an action keeps for later readers in the language of whoever acts: a plain `_()` as note, reason or text."""
    found: dict[str, None] = {}
    for part in (node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.Module))):
        nodes = list(ast.walk(part))
        words = [word for node in nodes if isinstance(node, ast.Call) for word in node.keywords]
        kept = [word.value for word in words if word.arg in KEPT]
        names = {value.id for value in kept if isinstance(value, ast.Name)}
        if isinstance(part, ast.FunctionDef):
            kept += [
                n.value for n in nodes if isinstance(n, ast.Assign) and names & {ast.unparse(t) for t in n.targets}
            ]
        plain = [node for value in kept for node in ast.walk(value) if is_gettext(node)]
        found |= dict.fromkeys(ast.unparse(node) for node in plain if not node.func.id.endswith("_lazy"))
    return list(found)


def words_of_template(text: str) -> Iterator[str]:
    """The texts that a template hands to gettext."""
    for name, *found in _templatized.findall(templatize(text)):
        texts = [ast.literal_eval(each) for each in found if each]
        yield from [IN_CONTEXT.join(texts)] if name == "pgettext" else texts


def sources() -> Iterator[tuple[str, list[str]]]:
    """Every file with the texts in it."""
    for file in sorted(PACKAGE.rglob("*")):
        if {"static", "migrations", "locale"} & set(file.relative_to(PACKAGE).parts) or file.suffix not in {
            ".py",
            ".html",
            ".txt",
        }:
            continue
        reader = words_of_code if file.suffix == ".py" else words_of_template
        yield str(file.relative_to(PACKAGE)), list(reader(file.read_text(encoding="utf-8")))


def words() -> dict[str, str]:
    """Every text of the product with a file in which it stands."""
    return {word: file for file, found in sources() for word in found if word}


def entries(po: str) -> dict[str, list[str]]:
    """The catalogue's live entries: msgid (and plural) -> its translations; a fuzzy one counts as untranslated."""
    found: dict[str, list[str]] = {}
    for block in re.split(r"\n\s*\n", po):
        lines = [line for line in block.splitlines() if line and not line.startswith("#~")]
        fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        texts: dict[str, str] = {}
        key = ""
        for line in lines:
            if hit := re.match(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")$', line):
                key, line = hit.group(1), hit.group(2)  # noqa: PLW2901 - the rest of the line
                texts[key] = ""
            if line.startswith('"') and key:
                texts[key] += ast.literal_eval(line)
        strings = ["" if fuzzy else text for name, text in texts.items() if name.startswith("msgstr")]
        for name in ("msgid", "msgid_plural"):
            if texts.get(name):
                found[IN_CONTEXT.join(filter(None, [texts.get("msgctxt"), texts[name]]))] = strings
    return found


def stale(po: Path) -> list[str]:
    """The entries that the compiled catalogue beside `po` does not hold as they stand."""
    mo = po.with_suffix(".mo")
    if not mo.exists():
        return [f"{mo.name} is missing"]
    with mo.open("rb") as file:
        compiled = GNUTranslations(file)
    kept = {key[0] if isinstance(key, tuple) else key: [] for key in compiled._catalog}
    for key, text in compiled._catalog.items():
        kept[key[0] if isinstance(key, tuple) else key].append(text)
    live = {msgid: [t for t in texts if t] for msgid, texts in entries(po.read_text(encoding="utf-8")).items()}
    wrong = [msgid for msgid, texts in live.items() if texts and msgid in kept and sorted(kept[msgid]) != sorted(texts)]
    plurals = {msgid for msgid in live if live[msgid] and msgid not in kept}
    missing = [msgid for msgid in plurals if not any(live[msgid] == live[other] for other in kept if other in live)]
    return wrong + missing + [msgid for msgid in kept if msgid and msgid not in live]


def test_catalogue_is_there():
    assert CATALOGUE.exists(), "make locale/en/LC_MESSAGES/django.po"


def test_every_word_is_in_the_catalogue():
    known = entries(CATALOGUE.read_text(encoding="utf-8"))

    assert [f"{file}: {word}" for word, file in words().items() if word not in known] == []


def test_every_word_is_written_where_it_is_used():
    given = {file for file, found in sources() if "" in found}

    assert given == set(ELSEWHERE), "gettext is given something that no catalogue can be read from"


def test_no_word_hides_in_an_f_string():
    assert [
        hit for file in PACKAGE.rglob("*.py") for hit in hidden_in_f_strings(file.read_text(encoding="utf-8"))
    ] == []


def test_actions_keep_no_words_in_the_language_of_the_moment():
    files = [
        file for file in PACKAGE.rglob("*.py") if "actions" in file.parts or file.name in {"outbox.py", "tasks.py"}
    ]
    assert [
        f"{file.name}: {hit}" for file in files for hit in kept_in_one_language(file.read_text(encoding="utf-8"))
    ] == []


def test_words_from_elsewhere_are_in_the_catalogue():
    known = entries(CATALOGUE.read_text(encoding="utf-8"))
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(3 * 366)]
    names = {name for day in days for name in Calendar().why(day).split("、")}

    assert names - known.keys() == set()
    assert "国庆节" in names


def test_every_entry_is_translated():
    known = entries(CATALOGUE.read_text(encoding="utf-8"))

    assert [msgid for msgid, texts in known.items() if not texts or not all(texts)] == []


def test_english_is_english():
    known = entries(CATALOGUE.read_text(encoding="utf-8"))

    assert [text for texts in known.values() for text in texts if CHINESE.search(STAYS.sub("", text))] == []


def test_blanks_are_the_same_on_both_sides():
    def blanks(text: str) -> set[str]:
        return set(BLANKS.findall(text))

    known = entries(CATALOGUE.read_text(encoding="utf-8"))

    assert [msgid for msgid, texts in known.items() if any(blanks(text) - blanks(msgid) for text in texts)] == []
    assert [
        msgid for msgid, texts in known.items() if texts and len(texts) == 1 and blanks(msgid) != blanks(texts[0])
    ] == []


def test_source_words_are_chinese():
    assert [
        f"{file}: {word}"
        for word, file in words().items()
        if re.search(r"[A-Za-z]{4}", BLANKS.sub("", word.split(IN_CONTEXT)[-1]))
        and not CHINESE.search(word)
        and word not in FOREIGN
    ] == []


def test_compiled_catalogue_is_current():
    assert stale(CATALOGUE) == [], "compile it: python -m django compilemessages, or msgfmt"


def test_compiled_catalogue_speaks():
    with translation.override("en"):
        assert translation.gettext("请写答复内容。") == "Please write the answer."
    with translation.override("zh-hans"):
        assert translation.gettext("请写答复内容。") == "请写答复内容。"


# --- the guards see what they are for ----------------------------------------------------------------------------------

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "请写"
msgstr "Write"

msgctxt "按钮"
msgid "请写"
msgstr "Go on"

#, fuzzy
msgid "旧词"
msgstr "Old"

msgid "%(n)d 件"
msgid_plural "%(n)d 件们"
msgstr[0] "%(n)d case"
msgstr[1] "%(n)d "
"cases"

#~ msgid "没了"
#~ msgstr "gone"
"""


def test_entries_are_read():
    assert entries(PO) == {
        "请写": ["Write"], "按钮\x04请写": ["Go on"], "旧词": [""], "%(n)d 件": ["%(n)d case", "%(n)d cases"], "%(n)d 件们": ["%(n)d case", "%(n)d cases"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('x = _("甲")', ["甲"]),
        ('x = _("甲" "乙")', ["甲乙"]),
        ('x = ngettext("%d 件", "%d 件们", n)', ["%d 件", "%d 件们"]),
        ('x = pgettext("按钮", "办")', ["按钮\x04办"]),
        ('x = pgettext(place, "办")', [""]),
        ("x = _(name)", [""]),
        ('for _ in "ab": pass', []),
    ],
)
def test_words_of_code_are_found(text, found):
    assert list(words_of_code(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = f\"{_('甲')} {n}\"", ["_('甲')"]),
        ("x = f\"{a.get(n, gettext('甲'))}\"", ["gettext('甲')"]),
        ("x = f\"{n:{_('甲')}}\"", ["_('甲')"]),
        ("x = f'{n}' + _('甲')", []),
    ],
)
def test_words_in_f_strings_are_seen(text, found):
    assert hidden_in_f_strings(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("move(case, note=_('甲'))", ["_('甲')"]),
        ("move(case, reason=_('%(n)d 件') % {'n': 1})", ["_('%(n)d 件')"]),
        ("move(case, note=say(gettext_lazy('甲')))", []),
        ("def act():\n    word = _('甲')\n    move(case, note=word)", ["_('甲')"]),
        ("def act():\n    word = _('甲')\n    move(case, note=note)", []),
        ("Refused('no', _('甲'))", []),
    ],
)
def test_words_kept_in_one_language_are_seen(text, found):
    assert kept_in_one_language(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{% load i18n %}{% translate "甲" %}', ["甲"]),
        ("{% translate '甲' as x %}", ["甲"]),
        ("<c-x a=\"{% translate '甲' %}\" />", ["甲"]),
        ("{% translate '甲' context '按钮' %}", ["按钮\x04甲"]),
        ("{% blocktranslate with n=a.b %}第 {{ n }} 件{% endblocktranslate %}", ["第 %(n)s 件"]),
        ("{% blocktranslate trimmed %}\n 甲\n 乙\n{% endblocktranslate %}", ["甲 乙"]),
        ("{% blocktranslate count n=a %}一件{% plural %}{{ n }} 件{% endblocktranslate %}", ["一件", "%(n)s 件"]),
    ],
)
def test_words_of_templates_are_found(text, found):
    assert list(words_of_template(text)) == found


def test_old_compiled_catalogue_is_seen(tmp_path):
    po = tmp_path / "django.po"
    po.write_text(CATALOGUE.read_text(encoding="utf-8"), encoding="utf-8")
    assert stale(po) == ["django.mo is missing"]

    po.with_suffix(".mo").write_bytes(CATALOGUE.with_suffix(".mo").read_bytes())
    assert stale(po) == []

    po.write_text(
        po.read_text(encoding="utf-8").replace("Please write the answer.", "Please write an answer."), encoding="utf-8"
    )
    assert stale(po) == ["请写答复内容。"]

    po.write_text(
        CATALOGUE.read_text(encoding="utf-8") + '\nmsgid "新词"\nmsgstr "A word of today"\n', encoding="utf-8"
    )
    assert stale(po) == ["新词"]


# --- what the libraries say in Chinese ----------------------------------------------------------------------------------


def test_password_rules_speak_in_the_words_of_this_product():
    with translation.override("zh-hans"):
        rules = password_validators_help_texts()
        with pytest.raises(ValidationError) as refused:
            validate_password("12345678", None)
        said = [*rules, *refused.value.messages]
    assert "密码至少 12 个字，可以用一句好记的话。" in said
    assert "密码太短，至少要 12 个字。" in said
    assert [words for words in said if re.search("[你您]|字符|必须", words)] == []


def test_libraries_words_are_compiled_from_their_source():
    source = PACKAGE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    assert len(entries(source.read_text(encoding="utf-8"))) > 10
    assert stale(source) == []
