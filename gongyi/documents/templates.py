"""An office's own .docx with fields in double braces, filled. A template holds names, loops and conditions over what it is given, no more.

`{{ 单位 }}` prints a value, `{%tr for 行 in 行们 %} … {%tr endfor %}` repeats the rows of a table, `{%p if 有问题 %} … {%p endif %}`
leaves paragraphs out.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _
from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import (
    StrictUndefined,
    TemplateError,
    TemplateRuntimeError,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    meta,
    nodes,
)
from jinja2.sandbox import SandboxedEnvironment

from gongyi.core.attachments.papers import check_office
from gongyi.core.errors import Refused

Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# No call, no filter, no arithmetic, no other file: what remains ends after as many steps as there are values.
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.For, nodes.If,
    nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or,
)  # fmt: skip
_LISTS = (nodes.Name, nodes.Getattr, nodes.Getitem)
DEEPEST = 3  # loops in loops: each multiplies the steps
_RUNS = ("}p", "}r", "}body", "}tbl", "}tr", "}tc")


class _Own(DocxTemplate):
    """Fills the text, its headers and footers: the parts that were looked through."""

    def render_properties(self, *_args: Any, **_more: Any) -> None:
        """Left as they are."""

    def render_footnotes(self, *_args: Any, **_more: Any) -> None:
        """Left as they are."""


def template_fields(content: bytes) -> list[str]:
    """The names that a template asks for, sorted. Raises Refused `file_…` for an unsafe file, `template_…` for what cannot be filled."""
    return sorted(_fields(_opened(content)))


def fill_template(content: bytes, values: Mapping[str, Value]) -> bytes:
    """The template with its fields replaced; texts stay texts. Raises Refused as `template_fields`, and for a field without value."""
    template = _opened(content)
    if unknown := _fields(template) - values.keys():
        raise _unknown("、".join(sorted(unknown)))
    file = io.BytesIO()
    try:
        template.render(_clean(values), _environment(), autoescape=True)
        template.save(file)
    except UndefinedError as error:
        raise _unknown(str(error)) from None
    except (TemplateError, SyntaxError, TypeError, ValueError):
        raise _broken() from None
    if not _whole(file.getvalue()):
        raise _broken()
    return file.getvalue()


def _whole(content: bytes) -> bool:
    """Whether every text stands in a run: `{{r 甲 }}` puts one where Word finds none and calls the file broken."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        body = ET.fromstring(package.read("word/document.xml"))  # noqa: S314 - written here
    return not any(
        (each.text or "").strip() or any((child.tail or "").strip() for child in each)
        for each in body.iter()
        if each.tag.endswith(_RUNS)
    )


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_printable)


def _printable(value: Any) -> Any:
    """A text or number; not a whole list, nor one of Python's own functions such as `title.upper`."""
    if value is None or isinstance(value, str | int | float | Undefined):
        return value
    raise TemplateRuntimeError(type(value).__name__)


def _opened(content: bytes) -> DocxTemplate:
    """The template, without macros, outside parts or instructions beyond those that are allowed."""
    check_office(content, "docx")
    template = _Own(io.BytesIO(content))
    try:
        template.init_docx()
        trees = [_environment().parse(text) for text in _texts(template)]
    except TemplateSyntaxError:
        raise _broken() from None
    except (OpcError, SyntaxError, KeyError, ValueError):
        raise Refused("file_broken", _("这个模板打不开。"), _("请用 Word 或 WPS 重新保存成 .docx 后再发。")) from None
    for tree in trees:
        if not all(map(_allowed, (tree, *tree.find_all(nodes.Node)))) or _loops(tree) > DEEPEST:
            raise Refused(
                "template_instructions",
                _("模板里有不能用的写法。"),
                _("只能用 {{ 字段名 }}、{% for … in … %} 和 {% if … %}，不能有函数、运算和过滤器。"),
            )
    return template


def _allowed(node: nodes.Node) -> bool:
    if isinstance(node, nodes.For) and not isinstance(node.iter, _LISTS):
        return False
    hidden = isinstance(node, nodes.Getattr) and node.attr.startswith("_")
    return isinstance(node, _ALLOWED) and not hidden


def _loops(node: nodes.Node) -> int:
    """How many loops stand in one another."""
    return isinstance(node, nodes.For) + max(map(_loops, node.iter_child_nodes()), default=0)


def _texts(template: DocxTemplate) -> list[str]:
    """All that will be rendered: the text, its headers and footers."""
    parts = [
        template.get_part_xml(part)
        for uri in (template.HEADER_URI, template.FOOTER_URI)
        for _key, part in template.get_headers_footers(uri)
    ]
    return [template.patch_xml(each) for each in (template.get_xml(), *parts)]


def _fields(template: DocxTemplate) -> set[str]:
    return set().union(*(meta.find_undeclared_variables(_environment().parse(text)) for text in _texts(template)))


def _clean(value: Any) -> Any:
    """The values with signs taken out that no .docx can hold."""
    if isinstance(value, str):
        return _NOT_XML.sub("", value)
    if isinstance(value, Mapping):
        return {key: _clean(each) for key, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, Sequence) else value


def _unknown(names: str) -> Refused:
    return Refused(
        "template_fields",
        _("模板里有认不得的字段：%(names)s。") % {"names": names},
        _("请改成可用的字段名，或把它删掉。"),
    )


def _broken() -> Refused:
    return Refused(
        "template_syntax",
        _("模板里的字段写得不完整，读不出来。"),
        _("请检查花括号是否成对：{{ 字段名 }}，每个 for 和 if 都要有结尾。"),
    )
