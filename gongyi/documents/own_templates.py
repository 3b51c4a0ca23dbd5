"""An office's own .docx with fields in double braces, filled without running anything: no macros, no way out of the fields."""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gongyi.core.errors import Refused

_LOADS = re.compile(rb'TargetMode\s*=\s*["\']External["\']', re.IGNORECASE)


def check_template(content: bytes, sample: Mapping[str, Any]) -> None:
    """Fill the template with a sample. Raises Refused `file_template` for what loads from elsewhere, and for a field that is not there."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        relations = [name for name in package.namelist() if name.endswith(".rels")]
        if any(_LOADS.search(package.read(name)) and b"attachedTemplate" in package.read(name) for name in relations):
            raise Refused(
                "file_template",
                _("这个模板连着别处的文件。"),
                _("请在 Word 的“模板和加载项”里去掉附加的模板，再传一次。"),
            )
    fill_template(content, sample)


def fill_template(content: bytes, fields: Mapping[str, Any]) -> bytes:
    """The template with its fields filled; texts are escaped. Raises Refused `file_template` with the field that went wrong."""
    secure = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    secure.globals.clear()
    try:
        template = DocxTemplate(BytesIO(content))
        template.render(dict(fields), secure, autoescape=True)
        made = BytesIO()
        template.save(made)
    except (TemplateError, SecurityError, TypeError, ValueError, KeyError, OSError, RecursionError) as error:
        told = _("模板里有填不了的字段：%(why)s。") % {"why": str(error)[:120]}
        raise Refused("file_template", told, _("请对照能用的字段改好，再传一次。")) from error
    return made.getvalue()
