"""Django's own tags of `{% load i18n %}`; only that `{% translate "…" %}` looks a text up once for each language.

Some forty such words stand on every page, and each look-up makes two lazy strings.
"""

from typing import Any

from django import template
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class Constant(template.Node):
    """A text that stands in the template itself, kept as drawn."""

    def __init__(self, node: i18n.TranslateNode) -> None:
        self.node = node
        self.kept: dict[tuple[str | None, bool], str] = {}

    def render(self, context: template.Context) -> str:
        """The text in the language of the moment."""
        key = get_language(), context.autoescape
        if key not in self.kept:
            self.kept[key] = self.node.render(context)
        return self.kept[key]


@register.tag("translate")
@register.tag("trans")
def translate(parser: template.base.Parser, token: template.base.Token) -> template.Node:
    """As Django's; a name, a filter, `as` or `noop` are left to it."""
    node: Any = i18n.do_translate(parser, token)
    said = [node.filter_expression, *([node.message_context] if node.message_context else [])]
    constant = all(_is_text(expression) for expression in said) and not node.asvar and not node.noop
    return Constant(node) if constant else node


def _is_text(expression: Any) -> bool:
    """Whether a compiled expression is a quoted text and nothing else."""
    literal = getattr(expression.var, "literal", expression.var)
    return isinstance(literal, str) and not expression.filters
