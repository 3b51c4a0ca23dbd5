"""Writes the reference pages under docs/reference from the code; a guard test fails when they are out of date."""
# ruff: noqa: SLF001 - argparse tells its options, and the schedule its jobs, only this way

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.module_loading import module_has_submodule

from gongyi.core import checks, figures, imports, schedule
from gongyi.core.access import BLIND, GUARDED, Permission, Role
from gongyi.core.management.county import WholeCommand
from gongyi.core.workflow import Table

# Environment variables: default and what each is for. The pages are Chinese, and so are these sentences.
SETTINGS: dict[str, tuple[str, str]] = {
    "ALLOWED_HOSTS": ("127.0.0.1, localhost, [::1] 和 HOST", "网站的域名，用逗号分开；从别的机器打开网页时要写上。"),
    "CSRF_TRUSTED_ORIGINS": ("空", "前面有代理时，浏览器看到的网址，如 https://gongyi.example。"),
    "DATABASE_URL": ("数据文件夹里的 gongyi.sqlite3", "用 PostgreSQL 时写 postgres://用户:密码@主机/库名。"),
    "DEBUG": ("关", "只在开发时打开；打开后出错页会露出内部信息。"),
    "EMAIL_FROM": ("gongyi@localhost", "邮件的发件人地址；要和邮件服务器的账号对得上。"),
    "EMAIL_URL": (
        "空：不发邮件",
        "邮件服务器：smtp://用户:密码@主机:25，smtp+tls://用户:密码@主机:587，smtp+ssl://用户:密码@主机:465；密码里的 @ 写成 %40。",
    ),
    "GONGYI_BACKUPS": (
        "数据文件夹下的 backups",
        "每晚的备份放在哪个文件夹；应当在另一块磁盘或另一台机器上，和数据一起坏了就没有用。",
    ),
    "GONGYI_BACKUP_KEY": (
        "空：不做备份",
        "备份密钥的文件；用 ./run manage backup --new-key 生成，另存一份，丢了就打不开备份。",
    ),
    "GONGYI_DATA": ("./data", "数据文件夹：数据库、附件、审计链的末端都在里面。"),
    "GONGYI_DEMO": ("空", "0 表示不装演示县，正式使用；1 表示允许在本机以外打开演示县。"),
    "GONGYI_HTTPS": ("关", "通过 HTTPS 访问时打开：Cookie 只走加密连接，浏览器一年内不再用明文访问。"),
    "GONGYI_KEYS": ("数据文件夹下的 keys", "加密密钥的文件夹；和数据分开备份，丢了就解不开姓名和电话。"),
    "GONGYI_PROFILE": (
        "small",
        "small：小单位，两个人也能用，第二道审批交上一级；mlps3：按等保三级，所有工作人员都要动态码。",
    ),
    "GONGYI_SMS_HOSTS": (
        "空：不发短信",
        "允许的短信网关，用逗号分开：sms.example.gov.cn；只有单位内网里的可以写成 http://10.1.2.3:8080。",
    ),
    "GONGYI_UPLOAD_BYTES": ("10485760（10 MB）", "一个附件最大多少字节。"),
    "GONGYI_URL": (
        "空：消息里不带链接",
        "从外面打开本系统的网址，如 https://gongyi.example；写进邮件和群消息的链接里。",
    ),
    "HOST": ("127.0.0.1", "在哪个地址上打开网页。"),
    "PORT": ("8000", "在哪个端口上打开网页。"),
    "SECRET_KEY": ("第一次启动时生成，存在密钥文件夹", "给登录会话签名的密钥；几台机器一起用时要相同。"),
}
INTERNAL = {"DJANGO_SETTINGS_MODULE"}
_VARIABLE = re.compile(
    r"""\benv(?:\.\w+)?\(\s*"([A-Z_]+)"|\bos\.environ(?:\.get\(|\.setdefault\(|\[)\s*"([A-Z_]+)"|"([A-Z_]+)" (?:not )?in os\.environ"""
)
NOTE = "<!-- 由 manage.py write_docs 从代码生成，请勿手改。 -->"


class Command(WholeCommand):
    help = "Write docs/reference/*.md (states, permissions, commands, figures, settings, addresses) from the code."

    def handle(self, **options: object) -> None:
        folder = settings.BASE / "docs" / "reference"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages().items():
            (folder / name).write_text(text, encoding="utf-8")
            self.stdout.write(name)


def pages() -> dict[str, str]:
    """Every reference page: file name -> text, in Chinese; that of figures in English too."""
    makers: dict[str, tuple[str, Callable[[], Iterator[str]]]] = {
        "states.md": ("状态", states),
        "permissions.md": ("角色和权限", permissions),
        "commands.md": ("命令和后台任务", commands),
        "imports.md": ("导入的表格", tables_taken),
        "figures.md": ("数字怎么数 How each figure is counted", counted),
        "settings.md": ("环境变量", variables),
        "urls.md": ("网址", addresses),
    }
    with translation.override("zh-hans"):
        return {name: "\n".join([f"# {title}", "", NOTE, "", *make()]) + "\n" for name, (title, make) in makers.items()}


def grid(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A markdown table and an empty line."""
    yield _line(head)
    yield "|" + "---|" * len(head)
    yield from map(_line, rows)
    yield ""


def _line(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _yes(value: object) -> str:
    return "是" if value else ""


# --- states -----------------------------------------------------------------------------------------------------------


def tables() -> list[Table]:
    """Every table of moves in the apps' `workflow.py`, in the order of INSTALLED_APPS."""
    found: list[Table] = []
    for config in apps.get_app_configs():
        if config.name.startswith("gongyi.") and config.module and module_has_submodule(config.module, "workflow"):
            members = vars(import_module(f"{config.name}.workflow")).values()
            found += [member for member in members if isinstance(member, Table)]
    return found


def states() -> Iterator[str]:
    """A diagram and two tables per kind of record."""
    for table in tables():
        yield from (f"## {table.label}（{table.kind}）", "", *_diagram(table), "")
        rows = [(f"`{name}`", s.label, s.resident, _yes(s.open)) for name, s in table.states.items()]
        yield from grid(("状态", "工作人员看到", "群众看到", "还没办完"), rows)
        yield from grid(
            ("做什么", "说明", "从", "到", "权限", "在哪个单位", "要填"),
            [_move(table, move.action) for move in table.moves],
        )


def _move(table: Table, action: str) -> Sequence[object]:
    move = table[action]
    sources = "、".join(str(table.states[name].label) for name in move.sources)
    target = table.states[move.target].label if move.target else "不变"
    places = " ".join(f"`{place}`" for place in move.places)
    return (
        f"{move.label}（`{action}`）",
        move.tells,
        sources,
        target,
        f"`{move.permission}`",
        places,
        " ".join(move.needs),
    )


def _diagram(table: Table) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield from (f'    state "{state.label}" as {name}' for name, state in table.states.items())
    yield f"    [*] --> {table.start}"
    for move in table.moves:
        if move.target:
            yield from (f"    {source} --> {move.target} : {move.label}" for source in move.sources)
    yield from (
        f"    {name} --> [*]" for name, state in table.states.items() if not any(table.leaving(name)) and not state.open
    )
    yield "```"


# --- roles and permissions --------------------------------------------------------------------------------------------


def permissions() -> Iterator[str]:
    """Roles with their sentences, and who holds which permission."""
    yield from ("一个人可以在几个单位担任几个角色，每个都有起止日期。角色决定能做什么，所在单位决定能看到哪些。", "")
    rows = [
        (f"{r.label}（`{r.value}`）", r.text.sentence, _yes(r.text.second_factor), _yes(r in GUARDED), _yes(r in BLIND))
        for r in Role
    ]
    yield from grid(("角色", "做什么", "必须用动态码", "要第二个人确认", "看不到办件内容"), rows)
    yield from ("## 权限", "")
    holders = {p: "、".join(str(role.label) for role in Role if p in role.permissions) for p in Permission}
    yield from grid(("权限", "哪些角色有"), [(f"`{p}`", who or "只有系统自己") for p, who in holders.items()])


# --- commands and jobs ------------------------------------------------------------------------------------------------


def commands() -> Iterator[str]:
    """Own commands with their options, then the periodic jobs."""
    yield from ("用 `./run manage 命令 [选项]` 执行。", "")
    yield "每条命令都可以写 `--county 县代码`（六位），或者 `--unit 单位代码`（就是这个单位所在的县）；数据库里只有一个县时不用写。"
    yield from (
        "没有这个县、没有这个单位，或者单位不在这个县，命令什么也不做，说明原因，退出状态是 2。命令以系统身份执行，操作记录里留着命令的名字。",
        "",
    )
    rows = [
        (f"`{name}`", checks.COMMANDS.get(name, ""), checks.COUNTY_MEANS.get(name, ""), " ".join(_options(name)))
        for name in checks.own_commands()
    ]
    yield from grid(("命令", "做什么", "写了县或单位", "其他选项"), rows)
    schedule.discover()
    yield from ("## 后台任务", "")
    jobs = [(f"`{name}`", checks.JOBS.get(name, ""), _when(job)) for name, job in sorted(schedule._jobs.items())]
    yield from grid(("任务", "做什么", "什么时候"), jobs)


def _options(name: str) -> Iterator[str]:
    parser = load_command_class(_home_of(name), name).create_parser("manage.py", name)
    own = {flag for action in BaseCommand().create_parser("manage.py", name)._actions for flag in action.option_strings}
    for action in parser._actions:
        if not action.option_strings:
            yield f"`{action.dest}`"
        elif not (own | {"--county", "--unit"}) & set(action.option_strings):
            yield f"`{action.option_strings[-1]}`"


def _home_of(name: str) -> str:
    return str(get_commands()[name])


def _when(job: schedule.Job) -> str:
    return f"每 {job.minutes:g} 分钟" if job.minutes is not None else f"每天 {job.hour} 点以后一次"


# --- imports ----------------------------------------------------------------------------------------------------------

FORMATS = """\
- 文件：`.xlsx` `.xls` `.et`（WPS 存成 Excel 格式的）`.ods` `.csv` `.tsv` `.txt`，或者粘贴。文本可以是 UTF-8（有没有 BOM 都行）、GB18030、UTF-16；列之间是逗号、制表符、分号或竖线。
- 限度：48 MB，展开后 128 MB，100,000 行（每 20,000 行一批，一批接一批存；更多的请分成几个文件，一个接一个导入），100 列，30 个工作表，一格 40,000 字，诉求和答复各 20,000 字。
- 不收：宏、外部链接、加密、夹带别的文件、和名字不符的文件。公式只取算好的值。
- 表头在前 10 行里找，认得最多列的那一行就是；叫法先照这一家上次的选择，再照下表，最后看像不像（八成以上）。括号里的话、星号、空格不算。
- 日期：`2026-03-05 14:30`、`2019/2/28 11:25:05`、`2018/4/24`、`2026年3月5日`、`2026年3月5日（周四）下午3点半`、`二〇二六年三月五日`、`26.3.5`、`2026-03-05 9:30 PM`、`20190228`、Excel 的日期数（43524.475）、`2019-02-28T11:25:05+08:00`。
- 不收集的列、值、工作表名、文件名：整个退回，什么也不留。"""


def tables_taken() -> Iterator[str]:
    """What tables may be imported: formats, and the columns of every kind with the headings by which each is known."""
    yield from (FORMATS, "")
    for kind in imports.KINDS.values():
        yield from (f"## {kind.label}（`{kind.name}`）", "", str(kind.hint), "")
        rows = [(column.label, "要有" if column.required else "", "、".join(column.also)) for column in kind.columns]
        yield from grid(("列", "", "也叫"), rows)


# --- figures ----------------------------------------------------------------------------------------------------------

COUNTING = """\
每个数只在一处定义，从记录里数出来；网页、报告、导出、`./run manage figures` 读的是同一个定义。一个数是哪些件，有权限的人都能打开看。

Each figure is defined once and counted from records; pages, reports, exports and `./run manage figures` read the same definition. Every number opens the records behind it to those who may see them.

- 期间从第一天零点到最后一天结束，按北京时间。A period runs from midnight of its first day to the end of its last, in Asia/Shanghai.
- 本级加下级等于合计；撤并以前的期间按当时的隶属数。A unit's own count and those of the units below add up; past periods keep the tree of their last day.
- “来了多少”只填件数，不能定目标、算分或排名，多少都不行。What came in is a number alone: it takes no target, weight, colour or rank, up or down.
- 率由数相除，四舍五入到一位小数；没有可除的写“—”，不到 %(small)d 件的会提醒。Rates are figures over figures, rounded half up to one decimal; — where nothing stands below the line, a warning below %(small)d."""


def counted() -> Iterator[str]:
    """How each figure is counted, in Chinese and in English."""
    yield from (COUNTING % {"small": figures.SMALL}, "", "## 数 Counts", "")
    rows = [
        (f"`{one.id}`", _both(one.name), _both(one.scope), _both(one.measure), _kind(one),
         " ".join(f"`{split}`" for split in one.source.splits), _both(one.law))
        for one in figures.base_figures()
    ]  # fmt: skip
    yield from grid(
        (
            "编号 Id",
            "名称 Name",
            "数什么 What is counted",
            "单位 Measure",
            "性质 Kind",
            "能按什么分 Splits",
            "依据 Rule",
        ),
        rows,
    )
    yield from ("## 率 Rates", "", "县里可以改公式；每一版从哪天起用、是谁改的都留着，每个结果写明用的是第几版。", "")
    yield from ("A county may change a formula; every version keeps its first day and its author, and each result names its version.", "")  # fmt: skip
    rates = [one for one in figures.figures() if isinstance(one, figures.Rate)]
    yield from grid(
        ("编号 Id", "名称 Name", "公式 Formula", "由什么算 Made of", "依据 Rule"),
        [
            (f"`{one.id}`", _both(one.name), _both(one.scope), f"{_sum(one.above)} ÷ {_sum(one.below)}", _both(one.law))
            for one in rates
        ],
    )  # fmt: skip


def _both(words: figures.Words) -> str:
    """In Chinese and below it in English; once where the two are the same."""
    found = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found.append(str(words))
    return "<br>".join(dict.fromkeys(found))


def _kind(one: figures.Figure) -> str:
    kinds = {
        "来了多少 intake": one.intake,
        "期末的数 on the last day": one.stock,
        "出错后改正的 an error put right": one.error,
    }
    return "<br>".join(word for word, holds in kinds.items() if holds)


def _sum(keys: Iterable[str]) -> str:
    return " + ".join(f"`{key}`" for key in keys)


# --- settings and addresses -------------------------------------------------------------------------------------------


def variables_read(package: Path) -> set[str]:
    """The environment variables that the code under this folder asks for."""
    texts = (file.read_text(encoding="utf-8") for file in package.rglob("*.py"))
    return {name for text in texts for found in _VARIABLE.findall(text) for name in found if name} - INTERNAL


def variables() -> Iterator[str]:
    """Every environment variable."""
    names = sorted(variables_read(settings.BASE / "gongyi") | SETTINGS.keys())
    yield from grid(("变量", "不写时", "用来"), [(f"`{name}`", *SETTINGS.get(name, ("", ""))) for name in names])


def addresses() -> Iterator[str]:
    """Every address and who may open it."""
    yield from ("看得到哪些内容另由所在单位决定：范围以外的一律显示“没有这个页面”。", "")
    yield from grid(
        ("网址", "名称", "谁能打开"), [(f"`{e.route}`", f"`{e.name}`", _who(e)) for e in checks.entrances()]
    )


def _who(entrance: checks.Entrance) -> str:
    match entrance.who:
        case (checks.SIGNED_IN, str()):
            return "登录的人"
        case (checks.RESIDENT, str()):
            return "登录了自己账号的诉求人"
        case str() | (checks.ANYBODY, str()):
            return "所有人"
    wanted = entrance.who if isinstance(entrance.who, tuple) else ()
    return "、".join(f"`{permission}`" for permission in wanted) or "没有声明"
