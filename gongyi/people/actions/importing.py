"""Accounts from a table: each person is invited as by hand; a password never comes from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, clock
from gongyi.core.access import Actor, Role
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.imports import Checked, Column, Kind
from gongyi.documents.reading import clean_line, moment
from gongyi.network.models import Unit
from gongyi.people import rules
from gongyi.people.actions.accounts import KIND, invite_account, sign_in_name
from gongyi.people.models import SIGN_IN_NAME as SIGN_IN_RULE
from gongyi.people.models import Account, Grant, Invitation

SECRETS = ("密码", "口令", "password", "passwd")
LONGEST = {"name": 40, "username": 60, "purpose": 80}


@dataclass
class Staff:
    """The units in this manager's reach by name and code, the roles by name, and who is here already."""

    by: Actor
    units: dict[str, list[Unit]]
    roles: dict[str, Role]
    usernames: set[str]
    names: set[str]
    coming: set[str] = field(default_factory=set)


class AccountKind(Kind):
    """账号."""

    name, label = "accounts", gettext_lazy("账号")
    told_by = gettext_lazy("登录名")
    hint = gettext_lazy(
        "一行一个人：姓名、登录名、单位、角色。表里不能有密码；导入后在每个人的账号页上当面给他登录链接。"
    )
    columns = (
        Column("name", gettext_lazy("姓名"), ("工作人员", "人员姓名"), required=True),
        Column("username", gettext_lazy("登录名"), ("账号", "用户名", "工号"), required=True),
        Column("unit", gettext_lazy("单位"), ("单位名称", "所在单位", "部门", "所属单位"), required=True),
        Column("role", gettext_lazy("角色"), ("岗位角色", "权限"), required=True),
        Column("purpose", gettext_lazy("做什么用"), ("用途", "岗位", "职务")),
        Column("since", gettext_lazy("从哪天起"), ("开始日期", "起始日期")),
        Column("until", gettext_lazy("到哪天止"), ("结束日期", "到期日期")),
    )

    def may(self, by: Actor, unit: UUID | None) -> bool:  # noqa: ARG002 - each row says where it belongs
        """Account managers."""
        return by.system or by.can(P.ACCOUNT_MANAGE)

    def check_headings(self, headings: Sequence[str]) -> None:
        """A password is nothing for a file."""
        for text in headings:
            if any(secret in text.casefold() for secret in SECRETS):
                raise Refused("secret_column", _("表格里有“%(header)s”这一列。密码不能写在文件里，没有收下。") % {"header": text[:20]}, _("请删掉这一列再导入；每个人第一次登录时自己设密码。"))  # fmt: skip

    def prepare(self, by: Actor, unit: UUID, given: frozenset[str]) -> Staff:  # noqa: ARG002
        """Units, roles, and who is here."""
        units: dict[str, list[Unit]] = {}
        reach = Unit.objects.filter(county=by.county).exclude(status=Unit.Status.CLOSED)
        for row in reach if by.system else rules.manageable_units(by):
            for word in (row.name, row.code):
                units.setdefault(word, []).append(row)
        here = rules.in_county(by.county).filter(is_active=True).values_list("name", flat=True)
        return Staff(by, units, _roles(), set(Account.objects.values_list("username", flat=True)), set(here))

    def check(self, context: Staff, cells: Mapping[str, str]) -> Checked:
        """A person with one role in one unit."""
        texts = {column.name: clean_line(cells.get(column.name, "")) for column in self.columns}
        username, units = sign_in_name(texts["username"]), context.units.get(texts["unit"], [])
        row = Checked(key=f"account:{username}", shown=texts, known=username in context.usernames)
        days = {name: moment(texts[name]) for name in ("since", "until")}
        row.facts = {
            "name": texts["name"], "username": username, "unit": units[0] if len(units) == 1 else None,
            "role": context.roles.get(texts["role"]), "purpose": texts["purpose"] or texts["role"],
            "since": days["since"].date() if days["since"] else clock.today(), "until": days["until"].date() if days["until"] else None,
        }  # fmt: skip
        row.problems = [
            (name, _("太长，最多 %(n)d 个字。") % {"n": n}) for name, n in LONGEST.items() if len(texts[name]) > n
        ]
        row.problems += [
            (name, _("看不出是哪一天。请写成 2026-03-05 14:30 这样。"))
            for name, at in days.items()
            if texts[name] and at is None
        ]
        row.problems += _who(context, row) + _where(row, len(units))
        return row

    def store(self, context: Staff, rows: Sequence[Checked], *, by: Actor, source: str) -> list[UUID]:  # noqa: ARG002
        """Invite them; the links that nobody saw end by themselves. Raises Refused as `invite_account`."""
        keys = []
        for row in rows:
            try:
                account, _link = invite_account(by=by, **row.facts)
            except (Refused, ValidationError) as no:
                words = " ".join(no.messages) if isinstance(no, ValidationError) else str(no)
                raise Refused("account_row", _("第 %(row)d 行：%(words)s") % {"row": row.row, "words": words}) from no
            keys.append(account.id)
        return keys

    def touched(self, county: int, subjects: Sequence[UUID]) -> set[UUID]:  # noqa: ARG002 - keys of accounts are of all counties
        """Those who have used a link, or got another role."""
        used = Invitation.objects.filter(account__in=subjects, used_at__isnull=False)
        more = Grant.objects.filter(account__in=subjects, ended_at__isnull=False)
        return {*used.values_list("account", flat=True), *more.values_list("account", flat=True)}

    def remove(self, subjects: Sequence[UUID], *, by: Actor) -> set[UUID]:
        """The accounts are gone; nobody ever signed in with them."""
        for account in Account.objects.filter(id__in=subjects):
            audit.record(by=by, action="import_take_back", kind=KIND, subject=account.id, label=account.username)
        Account.objects.filter(id__in=subjects).delete()
        return set()

    def url(self, created: int) -> str:  # noqa: ARG002
        """The list of accounts."""
        return "/people/accounts/"


def _who(context: Staff, row: Checked) -> list[tuple[str, str]]:
    """One person, one account (P8): a namesake is invited by hand, where it can be said that it is somebody else."""
    name, username = row.facts["name"], row.facts["username"]
    found = [] if name else [("name", _("请写姓名。"))]
    try:
        SIGN_IN_RULE(username)
    except ValidationError as no:
        found.append(("username", " ".join(no.messages)))
    if not row.known and name and name in context.names | context.coming:
        found.append(
            (
                "name",
                _("已有一位叫“%(name)s”的人有账号。确是同名的另一个人，请在“开通账号”里单独开通。") % {"name": name},
            )
        )
    context.coming.add(name)
    return found


def _where(row: Checked, units: int) -> list[tuple[str, str]]:
    found = []
    if units != 1:
        words = _("有几个单位叫这个名称，请写代码。") if units else _("没有这个单位，或不在您的范围内。")
        found.append(("unit", words))
    if row.facts["role"] is None:
        found.append(
            ("role", _("没有这个角色。请写：%(roles)s。") % {"roles": _("、").join(str(role.label) for role in Role)})
        )
    return found


def _roles() -> dict[str, Role]:
    """The roles by their names in either language."""
    found: dict[str, Role] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            found |= {str(role.label): role for role in Role}
    return found
