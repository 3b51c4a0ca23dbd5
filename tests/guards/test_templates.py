"""Templates keep the strict content policy, speak through gettext, and all compile."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

TEMPLATES = Path(__file__).parents[2] / "gongyi" / "templates"
NAMES = sorted(str(p.relative_to(TEMPLATES)) for p in TEMPLATES.rglob("*.html"))
HAN = re.compile(r"[一-鿿，。：；、！？（）]")  # Chinese punctuation is Chinese too


def breaks_policy(text: str) -> list[str]:
    """Inline styles, inline scripts and event attributes, which the browser would refuse silently."""
    plain = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.DOTALL)
    found = re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on", plain)
    return found + [tag for tag in re.findall(r"<script[^>]*>", plain) if " src=" not in tag]


def untranslated(text: str) -> list[str]:
    """Chinese words outside translate and blocktranslate; the language's own name is a name."""
    text = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{% blocktranslate.*?\{% endblocktranslate %\}", "", text, flags=re.DOTALL)
    text = re.sub(r"""\{% translate .*?%\}|\{#.*?#\}|_\(".*?"\)|_\('.*?'\)""", "", text)
    return [line.strip() for line in text.replace("简体中文", "").splitlines() if HAN.search(line)]


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_template_has_no_inline_script_or_style(name):
    assert breaks_policy((TEMPLATES / name).read_text()) == []


@pytest.mark.parametrize("name", NAMES)
def test_template_words_are_translated(name):
    assert untranslated((TEMPLATES / name).read_text()) == []


@pytest.mark.parametrize("text", ['<p style="x">', "<script>x</script>", '<a onclick="x">', "<style>"])
def test_policy_breach_is_found(text):
    assert breaks_policy(text)


def test_untranslated_words_are_found():
    assert untranslated("<p>你好</p>{% translate '再见' %}") == ["<p>你好</p>"]
    assert untranslated("<p>{% translate '电话' %}：{{ phone }}</p>") == ["<p>：{{ phone }}</p>"]
