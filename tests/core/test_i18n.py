"""`{% translate %}` keeps a constant text for each language and leaves everything else to Django."""

import pytest
from django.template import engines
from django.utils import translation

from gongyi.core.templatetags import i18n


def node_of(text):
    return engines["django"].from_string("{% load i18n %}" + text).template.nodelist[-1]


def drawn(text, **context):
    return engines["django"].from_string("{% load i18n %}" + text).render(context)


def test_translate_speaks_the_language_of_the_moment_also_when_drawn_again():
    template = engines["django"].from_string('{% load i18n %}{% translate "办件" %}')
    said = []
    for language in ("zh-hans", "en", "zh-hans", "en"):
        with translation.override(language):
            said.append(template.render({}))
    assert said == ["办件", "Cases", "办件", "Cases"]


def test_translate_keeps_the_context_of_a_word_and_a_percent_sign():
    with translation.override("en"):
        assert drawn('{% translate "登记" context "状态" %}') != "登记"
    assert drawn('{% translate "100%" %}') == "100%"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{% translate "办件" %}', True),
        ('{% trans "办件" %}', True),
        ('{% translate "登记" context "状态" %}', True),
        ("{% translate word %}", False),
        ('{% translate "登记" context word %}', False),
        ('{% translate "办件"|upper %}', False),
        ('{% translate "办件" as word %}', False),
        ('{% translate "办件" noop %}', False),
    ],
)
def test_translate_keeps_only_what_stands_in_the_template(text, kept):
    assert isinstance(node_of(text), i18n.Constant) == kept


def test_translate_of_a_name_follows_the_name():
    with translation.override("en"):
        assert [drawn("{% translate word %}", word=word) for word in ("办件", "<b>")] == ["Cases", "&lt;b&gt;"]
