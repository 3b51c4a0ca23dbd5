"""Who may do what: permissions, the roles that name lists of them, and the person who acts.

A grant gives a role in one unit for a time. What a role may do and which rows it reaches are two questions: the
permission answers the first, the unit of the grant the second (rights.md, permission model; P5: a unit above sees numbers,
not records, so a grant never reaches below its own unit except for figures and for managing accounts and units).
"""

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Permission(StrEnum):
    """One thing that somebody may do. The value is what audit rows and docs print."""

    CASE_VIEW = "case.view"
    CASE_RECORD = "case.record"
    CASE_SCREEN = "case.screen"
    CASE_ASSIGN = "case.assign"
    CASE_HANDLE = "case.handle"
    CASE_CONTACT = "case.contact"
    CASE_APPROVE = "case.approve"
    CASE_CALL = "case.call"
    CASE_SUPERVISE = "case.supervise"
    CASE_CORRECT = "case.correct"
    PROPOSAL_VIEW = "proposal.view"
    PROPOSAL_RECORD = "proposal.record"
    PROPOSAL_SCREEN = "proposal.screen"
    PROPOSAL_ASSIGN = "proposal.assign"
    PROPOSAL_HANDLE = "proposal.handle"
    PROPOSAL_CONTACT = "proposal.contact"
    PROPOSAL_APPROVE = "proposal.approve"
    PROPOSAL_SUPERVISE = "proposal.supervise"
    PROMISE_VIEW = "promise.view"
    PROMISE_KEEP = "promise.keep"
    PROMISE_CONFIRM = "promise.confirm"
    PROMISE_SUPERVISE = "promise.supervise"
    FIGURES_VIEW = "figures.view"
    PEOPLE_LOOKUP = "people.lookup"
    SETTINGS_EDIT = "settings.edit"
    NETWORK_VIEW = "network.view"
    NETWORK_EDIT = "network.edit"
    ACCOUNT_MANAGE = "account.manage"
    ACCOUNT_GUARD = "account.guard"
    AUDIT_READ = "audit.read"
    CHANNEL_EDIT = "channel.edit"
    SYSTEM_VIEW = "system.view"
    STAFF = "staff"
    SYSTEM = "system"
    ASKER = "asker"


P = Permission
_WORK = frozenset({P.STAFF, P.CASE_VIEW, P.CASE_RECORD, P.FIGURES_VIEW, P.NETWORK_VIEW})
_WORK |= {P.PROMISE_VIEW, P.PROPOSAL_VIEW, P.PROPOSAL_RECORD}
_HANDLES = frozenset(
    {P.CASE_HANDLE, P.CASE_CONTACT, P.CASE_CORRECT, P.PROMISE_KEEP, P.PROPOSAL_HANDLE, P.PROPOSAL_CONTACT}
)


@dataclass(frozen=True)
class RoleText:
    """What a manager reads when granting: the role's name, one sentence, and what it may do."""

    label: Promise
    sentence: Promise
    permissions: frozenset[Permission]
    second_factor: bool = False


class Role(Enum):
    """Roles are named lists of permissions; one person may hold several, each in a unit and for a time."""

    OFFICER = "officer"
    CLERK = "clerk"
    DISPATCHER = "dispatcher"
    CALLER = "caller"
    LEAD = "lead"
    SUPERVISOR = "supervisor"
    STATISTICIAN = "statistician"
    STEWARD = "steward"
    ACCOUNT_MANAGER = "account_manager"
    SECURITY_MANAGER = "security_manager"
    PRIVACY_OFFICER = "privacy_officer"
    AUDITOR = "auditor"
    OPERATOR = "operator"

    @property
    def text(self) -> RoleText:
        return ROLES[self]

    @property
    def permissions(self) -> frozenset[Permission]:
        return ROLES[self].permissions

    @property
    def label(self) -> Promise:
        return ROLES[self].label


ROLES: dict[Role, RoleText] = {
    Role.OFFICER: RoleText(
        _("联络员"),
        _("在村里听、记、办：登记群众说的事和提案，办理派给本单位的办件和提案。"),
        _WORK | _HANDLES,
    ),
    Role.CLERK: RoleText(
        _("经办"),
        _("登记来事和提案，签收、联系、办理和答复派给本单位的办件和提案。"),
        _WORK | _HANDLES | {P.PEOPLE_LOOKUP},
    ),
    Role.DISPATCHER: RoleText(
        _("派单员"),
        _("决定受理与否，把办件派给主办和协办单位，处理退单；审查和交办提案。"),
        _WORK
        | {P.CASE_SCREEN, P.CASE_ASSIGN, P.CASE_CONTACT, P.CASE_CORRECT, P.PEOPLE_LOOKUP}
        | {P.PROPOSAL_SCREEN, P.PROPOSAL_ASSIGN, P.PROPOSAL_CONTACT},
    ),
    Role.CALLER: RoleText(
        _("回访员"),
        _("给抽中的诉求人打回访电话，记下结果；不回访自己办的事。"),
        _WORK | {P.CASE_CALL, P.CASE_CONTACT},
    ),
    Role.LEAD: RoleText(
        pgettext_lazy("角色", "审核"),
        _("审批办件和提案的答复、延期；不审批自己写的内容。"),
        _WORK | {P.CASE_APPROVE, P.CASE_CONTACT, P.CASE_CORRECT, P.PROMISE_CONFIRM, P.PROPOSAL_APPROVE},
        second_factor=True,
    ),
    Role.SUPERVISOR: RoleText(
        pgettext_lazy("角色", "督办"),
        _("盯住超期、退单和重办，可以催办和重新开启；审核要督办的提案答复。"),
        _WORK | {P.CASE_SUPERVISE, P.PROMISE_SUPERVISE, P.PROPOSAL_SUPERVISE},
        second_factor=True,
    ),
    Role.STATISTICIAN: RoleText(
        _("统计"),
        _("看本单位和下级的各项数字，做表和报告用；看不到办件内容。"),
        frozenset({P.STAFF, P.FIGURES_VIEW, P.NETWORK_VIEW}),
    ),
    Role.STEWARD: RoleText(
        _("业务设置"),
        _("维护单位、岗位、时限、日历、事项分类、理由和模板；看不到办件内容。"),
        frozenset({P.STAFF, P.SETTINGS_EDIT, P.NETWORK_VIEW, P.NETWORK_EDIT}),
        second_factor=True,
    ),
    Role.ACCOUNT_MANAGER: RoleText(
        _("账号管理"),
        _("在本单位及下级开通、停用账号和授予岗位角色，在县里设置消息通道；看不到办件内容。"),
        frozenset({P.STAFF, P.NETWORK_VIEW, P.ACCOUNT_MANAGE, P.CHANNEL_EDIT, P.SYSTEM_VIEW}),
        second_factor=True,
    ),
    Role.SECURITY_MANAGER: RoleText(
        _("安全管理"),
        _("查看登录与锁定情况、确认设备、设置消息通道；看不到办件内容。"),
        frozenset({P.STAFF, P.ACCOUNT_GUARD, P.CHANNEL_EDIT, P.SYSTEM_VIEW}),
        second_factor=True,
    ),
    Role.PRIVACY_OFFICER: RoleText(
        _("个人信息保护负责人"),
        _("查看谁看过谁的信息，处理更正和删除的请求；看不到办件内容。"),
        frozenset({P.STAFF, P.AUDIT_READ}),
        second_factor=True,
    ),
    Role.AUDITOR: RoleText(
        pgettext_lazy("角色", "审计"),
        _("查看操作记录并核对是否被改动；看不到办件内容。"),
        frozenset({P.STAFF, P.AUDIT_READ}),
        second_factor=True,
    ),
    Role.OPERATOR: RoleText(
        _("系统运维"),
        _("看系统是否正常、备份是否可用；看不到办件内容。"),
        frozenset({P.STAFF, P.SYSTEM_VIEW}),
        second_factor=True,
    ),
}
# P7: these roles never read what people wrote, whatever else is added to them.
BLIND = {
    Role.STATISTICIAN,
    Role.STEWARD,
    Role.ACCOUNT_MANAGER,
    Role.SECURITY_MANAGER,
    Role.PRIVACY_OFFICER,
    Role.AUDITOR,
    Role.OPERATOR,
}
# P8: an account manager never grants these alone; a second such person confirms.
GUARDED = {Role.ACCOUNT_MANAGER, Role.SECURITY_MANAGER, Role.AUDITOR}


@dataclass(frozen=True)
class Held:
    """One grant in force: a role in a unit. `path` is the unit's path of keys from the county down."""

    role: Role
    unit: UUID
    path: str = ""
    unit_name: str = ""


@dataclass(frozen=True)
class Actor:
    """Whoever acts, in one county: a person with the grants in force now, a named part of the system, or the asker of a record.

    `asks` is the record that the asker opened by its code; nothing else is in reach.
    """

    id: UUID | None
    name: str
    county: int
    held: tuple[Held, ...] = ()
    unit: UUID | None = None
    asks: UUID | None = None
    by_unit: dict[Permission, frozenset[UUID]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def system(self) -> bool:
        """True for a command, a task or the demo, which may do what the table gives to SYSTEM; never for a stranger."""
        return self.id is None and bool(self.name) and self.asks is None

    def units(self, permission: Permission) -> frozenset[UUID]:
        """The units in which this person holds the permission; empty for none."""
        if permission not in self.by_unit:
            self.by_unit[permission] = frozenset(h.unit for h in self.held if permission in h.role.permissions)
        return self.by_unit[permission]

    def can(self, permission: Permission, unit: UUID | None = None) -> bool:
        """Whether the person holds the permission in that unit; without a unit, in any."""
        units = self.units(permission)
        return bool(units) if unit is None else unit in units

    def above(self, permission: Permission, path: str) -> bool:
        """Whether the person holds the permission in the unit with this path or in one above it."""
        return any(permission in h.role.permissions and path.startswith(h.path) for h in self.held if h.path)

    @property
    def key(self) -> UUID:
        """The person's key for a look-up that must find nothing for the system: no account has the county's first key."""
        return self.id or UUID(int=self.county)

    @property
    def unit_name(self) -> str:
        """The name of the unit for which the person acts now; '' for the system."""
        return next((h.unit_name for h in self.held if h.unit == self.unit), "")

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(h.role for h in self.held)


def system_actor(name: str, county: int) -> Actor:
    """A named part of the product that acts by itself: a command, a periodic job, the demo."""
    return Actor(id=None, name=name, county=county)


def asker_actor(name: str, county: int, record: UUID) -> Actor:
    """A resident who opened one record by its code: no account, no name, and this record only."""
    return Actor(id=None, name=name, county=county, asks=record)


NOBODY = Actor(id=None, name="", county=0)
