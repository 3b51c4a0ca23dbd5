"""System checks: `manage.py check` fails where a table, a field or an entrance breaks a law of the house.

E001-E011  tables and keys (scale.md, rules 1-5)
E021-E024  entrances: every view, command and periodic job is in one table (rights.md P1)
E031-E034  every field is classified (rights.md D1), read from privacy.yaml
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.core.checks import CheckMessage, Error, register
from django.core.management import get_commands
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from gongyi.core import privacy, schedule
from gongyi.core.county import LOCAL_TABLES, CountyField, CountyForeignKey, CountyKey, CountyModel, SharedKey

Model = type[models.Model]
ANYBODY, SIGNED_IN, RESIDENT = "anybody", "signed in", "resident"

# Views of libraries, which cannot carry @permission: who may open them, and why.
LIBRARY_VIEWS: dict[str, tuple[str, str]] = {
    "account_login": (ANYBODY, "signing in"),
    "account_inactive": (ANYBODY, "tells somebody whose account is disabled why signing in failed"),
    "account_reauthenticate": (SIGNED_IN, "the password again before something grave"),
    "account_change_password": (SIGNED_IN, "one's own password"),
    "mfa_index": (SIGNED_IN, "one's own second factor"),
    "mfa_authenticate": (ANYBODY, "the second step of signing in; without a first step it leads back to it"),
    "mfa_reauthenticate": (SIGNED_IN, "the second factor again before something grave"),
    "mfa_activate_totp": (SIGNED_IN, "one's own second factor"),
    "mfa_deactivate_totp": (SIGNED_IN, "one's own second factor"),
    "mfa_view_recovery_codes": (SIGNED_IN, "one's own recovery codes"),
    "mfa_generate_recovery_codes": (SIGNED_IN, "one's own recovery codes"),
    "mfa_download_recovery_codes": (SIGNED_IN, "one's own recovery codes"),
    "usersessions_list": (SIGNED_IN, "one's own sessions"),
}

# Management commands run as the system's operator, who reads no case (P7); what each one touches.
COMMANDS: dict[str, str] = {
    "prepare": "准备数据文件夹（建表、静态文件），再执行另一条命令；不读办件内容。",
    "serve": "准备数据文件夹并打开网页和后台任务；不读办件内容。",
    "worker": "按时执行后台任务；任务以系统身份执行。",
    "setup_county": "开通一个县：装入单位，建账号管理员和领导两个账号；不读办件内容。",
    "reset_account": "在服务器上给一个账号做一次性登录链接，最后一位账号管理员登录不了时用；不读办件内容。",
    "load_units": "从区划名单装入一个县的单位；不读办件内容。",
    "import_cases": "从表格导入办件；核对表头和内容后整批存入，不打印任何一行的内容。",
    "import_topics": "从表格导入事项分类；不读办件。",
    "find_hot": "找出一个表格里说的是同一件事的诉求；只读这个文件，什么也不存，不打印任何一行的内容。",
    "measure_groups": "量一量 find_hot 的准确程度；只读给它的文件，什么也不存，只打印数字。",
    "load_demo": "装入一个虚构的演示县；有真实数据的数据库里不执行。",
    "verify_audit": "核对操作记录有没有被改动；只读记录的摘要。",
    "doctor": "检查设置、数据库、磁盘、钟、备份、字体和后台任务，说怎么办；不读办件内容，不打印密钥。",
    "backup": "把整个库、附件和密钥做成一个加密的文件，不停机；记录原样抄出，不显示任何一条。",
    "restore": "从备份恢复到空的数据文件夹和空的库，核对无误才算数；不显示任何一条记录。",
    "rebuild_search": "重新核对搜索用的索引；文字只在库里整理，不显示。",
    "search": "按字找办件，只印编号；可以写明替哪个账号、哪个单位找。",
    "measure_search": "量一量搜索找得全不全、快不快；只印数字，不印文字。",
    "bench": "在自己的临时文件夹和数据库里造虚构的办件，量一量网页的快慢；不碰真的数据。",
    "measure_outbox": "在自己的临时文件夹和数据库里发虚构的消息，一次次中断后台任务，数一数丢了几条、重了几条；不碰真的数据。",
    "measure_import": "在自己的临时文件夹和数据库里导入虚构的表格、撤回、中途断掉，量一量多快、用多少内存、别人要等多久；不碰真的数据。",
    "effort": "按按键层次模型算出经办人十件常事要点几下、按几次键、约几秒；不读任何数据。",
    "learn_topics": "从本县的办件学哪些词多半是哪一类事，和每晚的任务一样；先去掉姓名和电话，只留至少五件里都出现的字组。",
    "suggest_topic": "照登记时的办法，给一个文件里的每条诉求猜一个事项分类；不存任何东西。",
    "measure_topics": "用分好类的文件量一量猜事项分类有多准，同时量一个通常的做法；不碰数据库，不存任何东西。",
    "period_report": "把一个单位一段时间的报告草稿写成文件；事例只用已经公开的答复，不用别的办件内容。",
    "verify_report": "核对一个文件是不是从这里发出的报告、改动过没有；只比摘要。",
    "figures": "数出一个单位一段时间的各项数字；只印数字和办件的编号，不印文字。",
    "rollup": "按省、县汇总存好的整月数字；只印数字，不读任何一件。",
    "fill_form": "用一个单位的数字填别人发来的空白表；只填件数、比率、单位名和日期，不填任何一件的内容。",
    "measure_forms": "对照答案文件，量一量空白表认得准不准；只读给它的文件，什么也不存。",
    "write_docs": "从代码生成 docs/reference 下的参考页；不读任何数据。",
}

# What naming a county (or a unit in it) means to each of them.
COUNTY_MEANS: dict[str, str] = {
    "prepare": "交给后面的那条命令。",
    "serve": "只核对有没有这个县；网页和后台任务照样为所有的县服务。",
    "worker": "只办这个县到期的任务，别的县一个也不少。",
    "setup_county": "开通这个县，可以是新的；已经装入单位的县可以不写。",
    "reset_account": "只在这个县的账号里找。",
    "load_units": "装入这个县，可以是新的。",
    "import_cases": "导入到这个单位；只写县就是县本级。",
    "import_topics": "导入到这个县；事项分类全县一套。",
    "load_demo": "只能是虚构的县 999001。",
    "verify_audit": "只核对这个县；不写就核对所有的县。",
    "doctor": "只核对有没有这个县；检查的是整个安装。",
    "backup": "只核对有没有这个县；备份的总是全部。",
    "restore": "不用写；恢复的总是全部。",
    "rebuild_search": "只整理这个县的索引；不写就整理所有的县。",
    "search": "只在这个县里找；写单位的，只找这个单位经手的。",
    "measure_search": "只量这个县。",
    "bench": "只能是虚构的县 999001。",
    "measure_outbox": "只能是虚构的县 999001。",
    "measure_import": "只能是虚构的县 999001。",
    "effort": "只核对有没有这个县；数的是步骤，不分县。",
    "learn_topics": "只学这个县；不写就一个县一个县地学。",
    "suggest_topic": "用这个县的事项分类和学到的。",
    "measure_topics": "只核对有没有这个县；量的是文件，不分县。",
    "find_hot": "只核对有没有这个县；看的是文件，不分县。",
    "measure_groups": "只核对有没有这个县；量的是文件，不分县。",
    "figures": "数这个单位和它下面的；只写县就是全县。",
    "rollup": "只列这个县；不写就列全部的县。",
    "fill_form": "填这个单位和它下面的；只写县就是全县。",
    "measure_forms": "只核对有没有这个县；量的是文件，不分县。",
    "period_report": "写这个单位的，它下面的也算在内；只写县就是全县。",
    "verify_report": "只在这个县发出的文件里找；不写就在所有的县里找。",
    "write_docs": "只核对有没有这个县；参考页不分县。",
}

# Periodic jobs act as the system: what each one does with people's data.
JOBS: dict[str, str] = {
    "casework.due": "每十分钟处理到期的办件：挂账恢复、自动办结、归档，没有人能审核或回访的转给上一级；只看日期、状态和经手人。",
    "casework.exports": "以申请人现在的权限写出排队的导出文件，删除过了一天的文件；文件里没有姓名、电话、住址。",
    "casework.matters": "按经办人选的日子找说同一件事的办件；先去掉诉求人的姓名、电话和住址，只存哪几件在一起，谁看得到哪几件照旧。",
    "casework.matters_nightly": "每晚在近半年的办件里找说同一件事的，照着已经确认、分开、解散过的；先去掉诉求人的姓名、电话和住址，只存哪几件在一起。",
    "casework.remind": "每十分钟看一遍期限：快到期的提醒轮到的人，超期的再提醒一次并告诉督办；每个期限各一次，消息里只有编号。",
    "casework.residents": "每晚删除 24 个月没有登录过的诉求人账号，他们的事照样办，只是不再连着账号。",
    "casework.topics": "每晚从本县办件里经办人选定、改正过的事项分类学一遍，换掉上一次的；先去掉姓名和电话，只留至少五件里都出现的字组。",
    "promises.clock": "每十分钟看一遍承诺：快到日子、就在今天的提醒来做的单位，过了的再告诉督办，每个日子各一次；没有人能核对的转给上一级。消息里只有编号。",
    "core.backup": "每晚把整个库、附件和密钥做成一个加密的文件，删除 35 天以前的；记录原样抄出，不显示任何一条。",
    "core.drill": "每月把最新的备份恢复到一个临时文件夹，核对以后删掉；不显示任何一条记录。",
    "core.search": "索引缺了的时候补上，比如升级以后；文字只在库里整理，不显示。",
    "proposals.due": "每十分钟看一遍提案：评价期限过了的照未评价结束，没有人能审查、交办、签发或督办的转给上一级；只看日期、状态和经手人。提出人没写完、一个月没有动过的草稿删掉。",
    "home.digest": "每天早上给选了的人发一条小结，只有件数；没有姓名、电话和诉求内容。",
    "home.messages": "每几秒把等着的消息用邮件、群机器人、短信送出去；送之前再核对一次收的人还在不在岗、看不看得到、同不同意；文字里没有姓名、电话和诉求内容。",
    "home.old_messages": "每晚删除 90 天以前的消息和一天没有核对的地址；不读内容。",
    "home.imports": "以导入人现在的权限存入排队的表格，收回没做完的导入；每行的内容只按表头核对。",
    "people.audit_heads": "每小时把操作记录链的末端写到数据库之外；不读内容。",
    "reports.months": "每小时把记录有变动的月份重新数一遍，轮流再核对一个最久没数的月；只存各单位的件数，数出来和上次不同的记一行。",
    "reports.tables": "每两小时看一遍：又到时候的表再发给下面的单位，快到期没交的提醒一次；不填数，也不替谁交。",
    "reports.ledgers": "以申请人现在的权限做排队的长台账，删除过了一天的文件；文件里没有姓名、电话、住址。",
    "reports.forms": "每小时删除一天以前交来的空白表，它们加密存放；不读内容。",
    "people.seal_access": "每晚给前一天的查看记录加封；不读内容。",
}


# --- tables and keys --------------------------------------------------------------------------------------------------


def own_models() -> list[Model]:
    """The product's concrete models."""
    return [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("gongyi.")]


def is_county(model: Any) -> bool:
    """Whether the model's rows belong to a county."""
    return isinstance(model, type) and issubclass(model, CountyModel)


def check_tables(every: Iterable[Model]) -> Iterator[Error]:
    """Rules 1-5 of scale.md for these models."""
    for model in every:
        meta = model._meta
        if is_county(model):
            yield from _county_table(model)
        elif not isinstance(meta.pk, SharedKey) and meta.db_table not in LOCAL_TABLES:
            yield _error("E001", model, "is neither county-owned, nor shared, nor in county.LOCAL_TABLES")
        for field in meta.local_fields:
            if isinstance(field, models.AutoField):
                yield _error("E002", model, f"{field.name}: keys are made in the application, there is no sequence")
            if isinstance(field, models.ForeignKey):
                yield from _foreign_key(model, field)
        yield from _many_to_many(model)
        if any(isinstance(field, GenericForeignKey) for field in meta.private_fields):
            yield _error("E011", model, "a generic foreign key cannot be routed; keep a plain UUID")


def _many_to_many(model: Model) -> Iterator[Error]:
    for many in model._meta.local_many_to_many:
        if many.remote_field.through is None or many.remote_field.through._meta.auto_created:
            yield _error("E010", model, f"{many.name}: many-to-many only through an explicit county-owned model")


def _county_table(model: Model) -> Iterator[Error]:
    meta = model._meta
    named = {field.name: field for field in meta.local_fields}
    if not isinstance(meta.pk, CountyKey) or not isinstance(named.get("county"), CountyField):
        yield _error("E003", model, "its key is not a CountyKey or it has no CountyField named county")
    for field in meta.local_fields:
        if field.unique and not field.primary_key:
            yield _error("E004", model, f"{field.name}: unique only together with the county")
        elif _own_index(field) and not field.is_relation:
            yield _error("E006", model, f"{field.name}: an index begins with the county")
    for names, what in _unique_and_indexes(model):
        if names[:1] not in (["county"], ["-county"]):
            yield _error("E005", model, f"{what}: the county comes first")


def _unique_and_indexes(model: Model) -> Iterator[tuple[list[str], str]]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield list(constraint.fields), constraint.name
    pointers = {field.name for field in model._meta.local_fields if isinstance(field, CountyForeignKey)}
    for index in model._meta.indexes:
        if not (len(index.fields) == 1 and index.fields[0] in pointers):  # see `CountyForeignKey`
            yield list(index.fields), index.name
    for together in model._meta.unique_together:
        yield list(together), "unique_together"


def _foreign_key(model: Model, field: "models.ForeignKey[Any, Any]") -> Iterator[Error]:
    target, routed = field.related_model, isinstance(field, CountyForeignKey)
    if is_county(model) and is_county(target):
        if not routed:
            yield _error("E007", model, f"{field.name}: between county-owned tables use CountyForeignKey")
        elif _own_index(field):
            yield _error("E006", model, f"{field.name}: an index begins with the county")
        return
    if is_county(target):
        yield _error("E009", model, f"{field.name}: a shared table never points at a county-owned one")
    elif routed or target._meta.db_table in LOCAL_TABLES:
        yield _error("E008", model, f"{field.name}: an ordinary foreign key, and only to a shared table")
    elif is_county(model) and _own_index(field) and not field.unique:
        yield _error("E006", model, f"{field.name}: db_index=False, an index begins with the county")


def _own_index(field: Any) -> bool:
    return bool(field.db_index)


def _error(number: str, model: Model, text: str) -> Error:
    return Error(f"{model._meta.label} {text}", obj=model, id=f"gongyi.{number}")


# --- entrances --------------------------------------------------------------------------------------------------------


class Entrance(NamedTuple):
    """One address: its path with converters, its full name, its view and the resolved pattern's converters."""

    route: str
    name: str
    view: Any
    converters: dict[str, Any]

    @property
    def who(self) -> object:
        """Permissions (tuple), the reason why it is public (str), (who, reason) as in LIBRARY_VIEWS or by @signed_in, None: undeclared."""
        if reason := getattr(self.view, "residents", None):
            return RESIDENT, reason
        if reason := getattr(self.view, "signed_in", None):
            return SIGNED_IN, reason
        declared = getattr(self.view, "public", None) or getattr(self.view, "permissions", None)
        return declared or LIBRARY_VIEWS.get(self.name)


def entrances(
    patterns: Iterable[URLPattern | URLResolver] | None = None, route: str = "/", names: str = ""
) -> Iterator[Entrance]:
    """Every address of the URLconf, nested ones too."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = route + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from entrances(
                pattern.url_patterns, here, names + (f"{pattern.namespace}:" if pattern.namespace else "")
            )
        else:
            yield Entrance(here, names + (pattern.name or ""), pattern.callback, pattern.pattern.converters)


def check_views(every: Iterable[Entrance]) -> Iterator[Error]:
    """Every view says who may open it."""
    for entrance in every:
        if not entrance.who:
            yield Error(
                f"{entrance.route} ({entrance.name}) declares neither permission nor signed_in nor public",
                hint="@permission(...), @signed_in(without_permission=reason) or @public(reason); a library's view belongs into core.checks.LIBRARY_VIEWS",
                id="gongyi.E021",
            )


def own_commands() -> list[str]:
    """The product's management commands."""
    return sorted(name for name, app in get_commands().items() if str(app).startswith("gongyi."))


def check_listed(found: Iterable[str], table: dict[str, str], number: str) -> Iterator[Error]:
    """Every command or job has its sentence in the table."""
    for name in found:
        if not table.get(name):
            yield Error(f"{name} is not in the table of core.checks", id=f"gongyi.{number}")


@register
def tables(**_options: Any) -> list[CheckMessage]:
    """Scale: two kinds of table, no third."""
    return list(check_tables(own_models()))


@register
def ways_in(**_options: Any) -> list[CheckMessage]:
    """P1: whatever is not in the permission table fails."""
    views = check_views(entrances())
    commands, jobs = check_listed(own_commands(), COMMANDS, "E022"), check_listed(schedule.discover(), JOBS, "E023")
    return [*views, *commands, *jobs]


@register
def fields(**_options: Any) -> list[CheckMessage]:
    """D1: every field is classified."""
    text = (settings.BASE / "gongyi" / "privacy.yaml").read_text(encoding="utf-8")
    return [
        Error(finding.text, id=f"gongyi.{finding.number}") for finding in privacy.findings(text, privacy.to_classify())
    ]
