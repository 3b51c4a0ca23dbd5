"""The house's laws, read from the source: scoped rows, one clock, one place for writes, imports upward only.

Each rule is a function of one file; each has a planted file that breaks it and one that does not.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from gongyi.core import checks, privacy

PACKAGE = settings.BASE / "gongyi"
APPS = [app.removeprefix("gongyi.") for app in settings.INSTALLED_APPS if app.startswith("gongyi.")]
FREE_NAMES = {"core", "documents", "language"}  # apps whose files may have any name
FILES = ["models", "workflow", "rules", "queries", "figures", "actions", "forms", "views", "api", "urls"]
ALSO = {"__init__", "apps", "admin", "tasks", "adapter", "management", "templatetags"}
OTHERS_MAY_NOT = {"forms", "views", "api", "urls"}
READERS = {"models", "rules", "queries", "figures", "actions"}
MANAGERS = {"objects", "_base_manager", "_default_manager"}
WRITES = {"save", "create", "get_or_create", "update_or_create", "update", "delete", "bulk_create", "bulk_update"}
CLOCKS = {
    ("timezone", "now"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("timezone", "localdate"),
}
RAW = {"raw", "extra", "cursor", "RawSQL"}
# What has to break a law, and why.
EXCUSED = {
    (
        "no_raw_sql",
        "home/management/commands/bench.py",
    ): "makes and drops a database of its own, which no model describes",
    (
        "raw_managers",
        "people/management/commands/reset_account.py",
    ): "finds an account by its name at the server's terminal",
    (
        "raw_managers",
        "home/management/commands/measure_outbox.py",
    ): "counts what its own invented county sent, in a database of its own",
}


@dataclass(frozen=True)
class File:
    """One source file: its app ('' outside the apps), its role in the app, its syntax tree."""

    path: str
    tree: ast.Module

    @property
    def app(self) -> str:
        return self.path.split("/")[0] if "/" in self.path else ""

    @property
    def role(self) -> str:
        parts = self.path.split("/")
        return (parts[1] if len(parts) > 1 else parts[0]).removesuffix(".py")

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


Finding = tuple[int, str]
Rule = Callable[[File], Iterator[Finding]]


@cache
def personal() -> set[str]:
    """Class names of the models that hold something about people, as privacy.yaml says."""
    entries = privacy.load((PACKAGE / "privacy.yaml").read_text(encoding="utf-8")).entries
    of_people = {
        label for label, fields in entries.items() if any(e.kind not in privacy.IMPERSONAL for e in fields.values())
    }
    return {model.__name__ for model in checks.own_models() if model._meta.label in of_people}


def raw_managers(file: File) -> Iterator[Finding]:
    """P2: rows about people are fetched in rules, queries and actions alone, where the scope is."""
    if file.role in READERS or file.app == "core":
        return
    for node in ast.walk(file.tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in MANAGERS
            and ast.unparse(node.value).split(".")[-1] in personal()
        ):
            yield node.lineno, f"{ast.unparse(node)} belongs into queries"
    for call in file.calls():
        named = ast.unparse(call.func).endswith(("get_object_or_404", "get_list_or_404"))
        if named and call.args and ast.unparse(call.args[0]).split(".")[-1] in personal():
            yield call.lineno, f"{ast.unparse(call)[:60]}: give it a scoped query"


def own_clock(file: File) -> Iterator[Finding]:
    """Time comes from core.clock alone."""
    if file.path == "core/clock.py":
        return
    for node in ast.walk(file.tree):
        asked = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args
        if asked and (ast.unparse(node.func.value).split(".")[-1], node.func.attr) in CLOCKS:
            yield node.lineno, f"{ast.unparse(node)}: ask core.clock"
        if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            yield node.value.lineno, f"{node.arg}: ask core.clock in the action"


def named_fields(file: File) -> Iterator[Finding]:
    """Fields of forms and answers are named one by one (ASVS 15.3.3)."""
    for node in ast.walk(file.tree):
        line = ast.unparse(node) if isinstance(node, ast.Assign) else ""
        if line == "fields = '__all__'" or line.startswith("exclude = "):
            yield node.lineno, "name the fields"


def writes(file: File) -> Iterator[Finding]:
    """Data changes only in actions (and in the ground, whose pages and forms may not write either)."""
    if file.role in {"actions", "models"} or (file.app == "core" and file.role not in {"views", "forms"}):
        return
    for call in file.calls():
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES or call.args:
            continue
        if call.keywords or call.func.attr in {"save", "delete", "create"}:
            yield call.lineno, f".{call.func.attr}() belongs into actions"


def no_raw_sql(file: File) -> Iterator[Finding]:
    """No SQL by hand outside the ground (scale.md, rule 9)."""
    for call in file.calls() if file.app != "core" else ():
        if ast.unparse(call.func).split(".")[-1] in RAW:
            yield call.lineno, f"{ast.unparse(call.func)}: no SQL by hand"


def imports(file: File) -> Iterator[tuple[int, str, list[str]]]:
    """The package's own imports: line, app, the modules or names taken from it."""
    for node in ast.walk(file.tree):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.split(".")[0] == "gongyi"
            and not node.level
        ):
            parts = node.module.split(".")
            names = parts[2:3] or [alias.name for alias in node.names]
            if len(parts) > 1:
                yield node.lineno, parts[1], names
            else:
                yield from ((node.lineno, alias.name, []) for alias in node.names)


def layers(file: File) -> Iterator[Finding]:
    """Apps import from apps before them; files only from files above them; nobody from another app's pages."""
    if file.app not in APPS:
        return
    for line, app, names in imports(file):
        if app in APPS and APPS.index(app) > APPS.index(file.app):
            yield line, f"{file.app} comes before {app}"
        elif app != file.app and OTHERS_MAY_NOT & set(names):
            yield line, f"{names} of {app} are its own"
        elif app == file.app and file.role in FILES:
            for name in names:
                if name in FILES and FILES.index(name) > FILES.index(file.role):
                    yield line, f"{file.role} stands above {name}"


def known_names(file: File) -> Iterator[Finding]:
    """One app = the same files with the same names."""
    if file.app in APPS and file.app not in FREE_NAMES and file.role not in {*FILES, *ALSO}:
        yield 1, f"{file.role}.py is none of the files of an app"


RULES: list[Rule] = [raw_managers, own_clock, named_fields, writes, no_raw_sql, layers, known_names]


@cache
def sources() -> list[File]:
    """The package's files, without migrations, settings and what is vendored."""
    files = [
        f for f in sorted(PACKAGE.rglob("*.py")) if not {"migrations", "static"} & set(f.relative_to(PACKAGE).parts)
    ]
    return [read(f.relative_to(PACKAGE), f.read_text(encoding="utf-8")) for f in files if f.name != "settings.py"]


def read(path: Path | str, text: str) -> File:
    return File(str(path), ast.parse(text))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_source_keeps_the_law(rule):
    files = sources()
    found = {file.path: [f"gongyi/{file.path}:{line} {what}" for line, what in rule(file)] for file in files}
    excused = {path for name, path in EXCUSED if name == rule.__name__}

    assert len(files) > 60
    assert [line for path, lines in found.items() for line in lines if path not in excused] == []
    assert all(found.get(path) for path in excused), "an excuse that nothing needs any more"


BAD: list[tuple[Rule, str, str]] = [
    (raw_managers, "casework/views/x.py", "rows = Case.objects.filter(county=1)"),
    (raw_managers, "casework/forms.py", "rows = models.Asker._base_manager.all()"),
    (raw_managers, "casework/templatetags/x.py", "n = CaseStep.objects.count()"),
    (raw_managers, "home/views.py", "m = Message.objects.all()"),
    (raw_managers, "people/views/x.py", "a = get_object_or_404(Account, id=key)"),
    (own_clock, "core/audit.py", "at = timezone.now()"),
    (own_clock, "casework/actions/x.py", "d = datetime.date.today()"),
    (own_clock, "casework/models.py", "at = models.DateTimeField(auto_now_add=True)"),
    (named_fields, "casework/forms.py", "class F:\n    class Meta:\n        fields = '__all__'"),
    (named_fields, "casework/forms.py", "class F:\n    class Meta:\n        exclude = ['x']"),
    (writes, "casework/views/x.py", "case.save()"),
    (writes, "casework/queries.py", "rows.update(state='x')"),
    (writes, "home/tasks.py", "Case.objects.filter(id=1).delete()"),
    (writes, "people/management/commands/x.py", "Account.objects.create(name='x')"),
    (writes, "core/views.py", "row.save()"),
    (no_raw_sql, "casework/queries.py", "rows = Case.objects.raw('SELECT 1')"),
    (no_raw_sql, "casework/queries.py", "with connection.cursor() as c: pass"),
    (layers, "core/http.py", "from gongyi.people.models import Account"),
    (layers, "network/queries/x.py", "from gongyi.casework import models"),
    (layers, "casework/queries.py", "from gongyi.casework.actions import open_case"),
    (layers, "casework/rules.py", "from gongyi.casework import queries"),
    (layers, "home/views.py", "from gongyi.casework.forms.fields import as_key"),
    (layers, "core/http.py", "from gongyi import home"),
    (known_names, "casework/utils.py", ""),
    (known_names, "people/services/x.py", ""),
]
GOOD: list[tuple[Rule, str, str]] = [
    (raw_managers, "casework/queries.py", "rows = Case.objects.filter(county=1)"),
    (raw_managers, "casework/views/settings.py", "rows = Reason.objects.filter(county=1)"),
    (raw_managers, "people/views/x.py", "a = get_object_or_404(queries.visible_accounts(by), id=key)"),
    (own_clock, "core/clock.py", "at = timezone.now()"),
    (own_clock, "casework/queries.py", "d = timezone.localdate(moment)"),
    (named_fields, "casework/forms.py", "class F:\n    class Meta:\n        fields = ['a']"),
    (writes, "casework/actions/x.py", "case.save()"),
    (writes, "casework/views/x.py", "facts.update({'a': 1})"),
    (no_raw_sql, "core/search.py", "with connection.cursor() as c: pass"),
    (layers, "casework/views/x.py", "from gongyi.casework.actions import open_case"),
    (layers, "casework/actions/x.py", "from gongyi.people.queries import holders"),
    (known_names, "core/anything.py", ""),
]


@pytest.mark.parametrize(
    ("rule", "path", "text"), BAD, ids=lambda value: value if isinstance(value, str) else value.__name__
)
def test_planted_breach_is_found(rule, path, text):
    assert list(rule(read(path, text)))


@pytest.mark.parametrize(
    ("rule", "path", "text"), GOOD, ids=lambda value: value if isinstance(value, str) else value.__name__
)
def test_what_is_allowed_passes(rule, path, text):
    assert list(rule(read(path, text))) == []


def test_personal_models_are_those_of_privacy_yaml():
    assert {"Case", "Asker", "CaseStep", "Message", "Account", "AccessRow"} <= personal()
    assert not {"Unit", "Reason", "CaseType"} & personal() - {"Unit"}
