"""What helps somebody here: the short pages of `?` and the steps of the first hour, each for those whose work it is."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.language.note import pairs
from gongyi.network.models import Unit

TOUR = "tour"  # the cookie with the step of the first hour where somebody stands; 0: not wanted any more


@dataclass(frozen=True)
class Topic:
    """A question of the work with its answer in a few sentences, and the page where one does it."""

    slug: str
    title: Promise
    needs: P
    lines: tuple[Promise, ...]
    page: str = ""


@dataclass(frozen=True)
class Step:
    """A step of the first hour: a page of the product and what to look at there."""

    needs: P
    page: str
    title: Promise
    line: Promise


TOPICS = (
    Topic(
        "record",
        _("怎样记一件事"),
        P.CASE_RECORD,
        (
            _("只有“群众说了什么”必须写。姓名、电话不知道就空着，以后再补。"),
            _("当面就能答复的，用“当场办结”：来事、答复和结果一次写完。"),
            _("写到一半断网也不要紧，文字留在这台手机上，网络恢复后接着送。"),
        ),
        "casework:new",
    ),
    Topic(
        "turn",
        _("轮到谁，哪天以前"),
        P.CASE_VIEW,
        (
            _("每件事都写着轮到哪个单位、还剩多少时间。点日期旁的“为什么是这一天”，可以看到逐天怎么数的。"),
            _("有两个钟：群众的从登记起一直走，不会停；本单位的从派单起算，延期批准后才后移。"),
        ),
        "casework:list",
    ),
    Topic(
        "assign",
        _("受理、派单、改派"),
        P.CASE_ASSIGN,
        (
            _("打开“登记”状态的办件，选主办单位就能派单，需要几家一起办的再选协办。"),
            _("派错了用“改派”：编号、经过和群众的时限都不变。"),
            _("不归我们管的，用“不予受理”，写明理由和该找谁。"),
        ),
        "casework:list",
    ),
    Topic(
        "sign",
        _("签收和退单"),
        P.CASE_HANDLE,
        (
            _("派来的办件先签收，表示本单位接手。"),
            _("不该本单位办的可以退单，要写依据，也要写建议由谁办。退单会计数，群众的时限不停。"),
        ),
        "casework:list",
    ),
    Topic(
        "answer",
        _("写答复，送审核"),
        P.CASE_HANDLE,
        (
            _("答复写清三件事：看了什么、做了什么、接下来怎样。可以从模板开始，也可以先存草稿。"),
            _("结果要如实选：解决、部分解决、解释。没有全部解决就不要选解决。"),
            _("需要审核的类型会送给本单位的另一个人；本单位没有别人时，送上一级。"),
        ),
    ),
    Topic(
        "later",
        _("来不及：延期和挂账"),
        P.CASE_HANDLE,
        (
            _("要更多时间，在到期前申请延期，由别的人批准。"),
            _("要等到某一天才能办的（如等天晴、等材料），用挂账，写明日期；那天会自动回来。"),
        ),
    ),
    Topic(
        "approve",
        _("审核答复和延期"),
        P.CASE_APPROVE,
        (
            _("自己写的不能自己审。看到的是将要发给群众的原文。"),
            _("要改的退回去，写清改哪里；同意后答复马上发出。"),
        ),
        "home:today",
    ),
    Topic(
        "call",
        _("回访"),
        P.CASE_CALL,
        (
            _("哪些要回访由系统在答复发出时抽，谁也不能挑。办这件事的人不回访。"),
            _("没打通就记“没有联系上”，不算满意，也不算不满意。"),
        ),
        "home:today",
    ),
    Topic(
        "again",
        _("群众说没解决"),
        P.CASE_VIEW,
        (
            _("答复以后说没解决的，记“诉求人有异议”，退回主办单位重办。"),
            _("办结以后在期限内说没解决的，重新办理，主办和督办单位都会收到消息。编号不变。"),
        ),
    ),
    Topic(
        "wrong",
        _("写错了、登记错了"),
        P.CASE_RECORD,
        (
            _("笔误用“更正登记”，原来的文字留在记录里。"),
            _("整件登记错了，由派单单位作废，写明理由；编号保留，不再使用。"),
        ),
    ),
    Topic(
        "today",
        _("今日里有什么"),
        P.CASE_VIEW,
        (
            _("轮到您的按到期先后排；“卡在别人那里”是晚了、但要等别人的。每行写着为什么在这里，右边是下一步。"),
            _("最上面的数字点开就是那份清单。做完一件，它自己从这里消失。"),
        ),
        "home:today",
    ),
    Topic(
        "inbox",
        _("消息和每天一条小结"),
        P.STAFF,
        (
            _("派来的、退回的、要您审核的都有一条消息；“全部标为已读”按错了，马上可以撤销。"),
            _("怕漏看，就在消息页下面的“每天要不要一条小结？”选一个时间。"),
        ),
        "home:inbox",
    ),
    Topic(
        "offline",
        _("没有网也要记"),
        P.CASE_RECORD,
        (
            _("在手机上照常写、照常点“记下”：先存在这部手机里，有网就送出，每件只送一次。"),
            _("退出登录或过了 7 天，没送出的就删掉，不留在手机里。"),
        ),
        "casework:new",
    ),
    Topic(
        "returned",
        _("退单回来了，派错了"),
        P.CASE_ASSIGN,
        (
            _("对方退单要写依据和该谁办；退回来的在“今日”里，看了再派。过了时限对方不能再退。"),
            _("派出十分钟内、对方没签收，可以“撤回派单”。没有动静的，用“催办”。"),
        ),
        "home:today",
    ),
    Topic(
        "many",
        _("一次办很多件：批量派单、催办、打印"),
        P.CASE_VIEW,
        (
            _("在办件页点“多选办理”，勾上要办的，再选做什么。做之前先列出每一件会怎样，看过才动手。"),
            _("批量派单派错了，十分钟内、对方没签收前可以撤回；催办发出去就收不回来。"),
        ),
        "casework:choose",
    ),
    Topic(
        "export",
        _("导出成表格"),
        P.CASE_VIEW,
        (
            _("先筛选，再点“导出”：文件里正好是筛出来的那些，不带姓名、电话、住址，文字里的也遮住。"),
            _("“要带姓名、电话和住址”的，写明用途；本人查得到是谁拿的；一天里超过 50 人要另一个人同意。"),
            _("每份只能下载一次，24 小时后删除。"),
        ),
        "casework:exports",
    ),
    Topic(
        "register",
        _("纸上的接待登记表"),
        P.CASE_RECORD,
        (
            _("先印“接待登记表”，每行有一个行码，接待时用笔写。"),
            _("回来点“录入写好的表”，写一个行码打开表格，用数字键和回车一行一行录；每行只录一次。"),
        ),
        "casework:register",
    ),
    Topic(
        "publish",
        _("把答复公开给大家看"),
        P.CASE_HANDLE,
        (
            _("诉求人同意、答复已发出的，可以做“公开答复”。看到的就是公众将看到的：人名、号码、车牌、门牌都遮住了。"),
            _("遮多了就“恢复显示”，写明理由；没遮到的，用“改文字”去掉。写好“送审”，别的人同意才公开。"),
            _("诉求人随时可以撤下，不用谁批。写错了用“更正”，旧的文字留着。"),
        ),
        "case_publications:list",
    ),
    Topic(
        "portal",
        _("群众怎样在网上查、查询码丢了"),
        P.CASE_VIEW,
        (
            _("群众送出时得到编号和查询码，在“查进度”里看轮到谁、哪天以前、为什么，也能回答、评价、说没解决。"),
            _("查询码只显示一次，谁也查不到。丢了这件事照样办；可以打电话告诉进展，或请他再反映一次、写上编号。"),
        ),
    ),
    Topic(
        "look",
        _("字太小、换语言、换深色"),
        P.STAFF,
        (_("点右上角自己的名字：可以选“大字”，换深色，换语言。只管这台设备。"),),
    ),
    Topic(
        "find",
        _("找一件事"),
        P.CASE_VIEW,
        (
            _("按 / 到搜索框，输编号或标题里的两个字。"),
            _("筛选好的清单点“存成我的列表”，下次一点就到；网址也就是它，可以收藏。"),
        ),
        "casework:list",
    ),
    Topic(
        "person",
        _("有人来问以前说过的事"),
        P.PEOPLE_LOOKUP,
        (
            _("用全名加电话最后四位找，或者用工单编号找，要选用途。"),
            _("每次查找都有记录，本人可以看到谁在什么时候、为什么看过。"),
        ),
        "casework:people",
    ),
    Topic(
        "masked",
        _("电话和姓名为什么遮着"),
        P.STAFF,
        (
            _("平时用不着的不显示。要打电话时点“显示”，选用途，就能看到；这一次会记下来，本人看得到。"),
            _("本平台不收集民族、信仰、党派、身份证号、行踪这类信息，带这些列的表格导入时会整份退回。"),
        ),
    ),
    Topic(
        "handover",
        _("换人了，怎样交接"),
        P.STAFF,
        (
            _("在岗位页点“做交接包”，系统把没办完的事、草稿、要核实的联系方式列成交接包，接手的人签收。"),
            _("签收以前可以撤回；请假几天的，用“定AB岗”就行，不用交接。"),
        ),
    ),
    Topic(
        "accounts",
        _("开账号、授权、当面重置"),
        P.ACCOUNT_MANAGE,
        (
            _("填姓名、单位和角色，得到一个只能用一次的链接，当面交给本人。不需要邮箱。"),
            _("停用、改授权在下一次点击就生效。忘了密码或丢了验证器，本人到场后用“当面重置”。"),
        ),
        "people:accounts",
    ),
    Topic(
        "channels",
        _("消息怎么发到外面"),
        P.SYSTEM_VIEW,
        (
            _("在“系统”里开通邮件、群机器人、短信，先试发一条。没有开通的，什么也不会发出去。"),
            _("没送到的会自己再试五次，还不行就停在“没送到的消息”，看清原因再送一次。"),
        ),
        "home:system",
    ),
    Topic(
        "settings",
        _("改时限、理由、分类和模板"),
        P.SETTINGS_EDIT,
        (
            _("改的只管以后登记的办件；日历改了，没办完的会重算并留下记录。"),
            _("时限可以在保存前看看：同一件事按新规定会落在哪一天。"),
        ),
        "casework:settings",
    ),
    Topic(
        "ways",
        _("消息发到邮箱、手机或群里"),
        P.STAFF,
        (
            _("在“消息”页点“发到别处”，写下地址，填收到的验证码，再选要哪几类。"),
            _("发出去的只说有事在等，没有姓名、电话和内容。可以定一段不打扰的时间，过后合成一条。"),
        ),
        "home:ways",
    ),
    Topic(
        "keys",
        _("键盘上的快捷键"),
        P.STAFF,
        (
            _("/ 到搜索框，? 到本页。今日和清单里 j 下一件，k 上一件，回车打开。"),
            _("正在打字时这些键不起作用；不想用可以在“我的”里关掉。"),
        ),
    ),
)

STEPS = (
    Step(
        P.STAFF,
        "home:today",
        _("今日"),
        _("每天从这里开始：到期的、卡住的、只有你能办的，都在这一页，每条右边是下一步。"),
    ),
    Step(P.CASE_RECORD, "casework:new", _("记一件"), _("只要写一句发生了什么就能记下。试着写一句再退出，文字会留着。")),
    Step(
        P.CASE_VIEW,
        "casework:list",
        _("办件清单"),
        _("上面的条件可以随意组合。点开任意一件，看看“轮到谁”和“为什么是这一天”。"),
    ),
    Step(
        P.CASE_VIEW,
        "case_publications:list",
        _("公开"),
        _("公众看到的答复都在这里。认得出是谁的字遮住了，别的人同意才公开。"),
    ),
    Step(P.PEOPLE_LOOKUP, "casework:people", _("有人来问"), _("用全名加电话最后四位找他说过的事。找过谁会留下记录。")),
    Step(P.NETWORK_VIEW, "network:tree", _("网络"), _("县、镇、村和部门都在这里，点开看岗位、职责和空缺。")),
    Step(P.ACCOUNT_MANAGE, "people:accounts", _("账号"), _("给同事开账号、授权。没有联络员的村会列在“网络缺口”里。")),
    Step(P.SETTINGS_EDIT, "casework:settings", _("设置"), _("时限、日历、分类、理由和模板先看一遍，合适就不用改。")),
    Step(P.AUDIT_READ, "people:audit", _("审计"), _("谁在什么时候做了什么。这里看不到办件的内容。")),
    Step(P.STAFF, "home:inbox", _("消息"), _("新派来的、退回的、要你审核的，会先到这里，再出现在今日。")),
    Step(P.STAFF, "home:help", _("帮助"), _("随时按 ? 回到这里。走完了，可以开始办事了。")),
)


_ASKING = re.compile("怎么样?|怎样|如何|什么|哪里|在哪儿?|为何|可以|能不能|请问|一下|没有|这个|那个|怎么办")


def holds_in_county(by: Actor, permission: P) -> bool:
    """Whether the person holds the permission at the county's own unit: what counts for all of it is not set in a township."""
    tops = Unit.objects.filter(county=by.county, tier=Unit.Tier.COUNTY).values_list("id", flat=True)
    return any(by.can(permission, key) for key in tops)


def topics_for(actor: Actor, words: str = "") -> list[Topic]:
    """The topics of this person's work that hold every one of the words; where none does, those that share most with them."""
    wanted = words.casefold().split()
    mine = [topic for topic in TOPICS if actor.can(topic.needs)]
    if found := [topic for topic in mine if all(word in _text(topic) for word in wanted)]:
        return found
    asked = pairs(_ASKING.sub(" ", words.casefold()))
    near = [(len(asked & pairs(_text(topic))), topic) for topic in mine]
    most = max((shared for shared, _topic in near), default=0)
    return [topic for shared, topic in near if shared and shared == most]


def steps_for(actor: Actor) -> list[Step]:
    """The first hour of this person: the pages that belong to the work."""
    return [step for step in STEPS if actor.can(step.needs)]


def _text(topic: Topic) -> str:
    return " ".join(str(part) for part in (topic.title, *topic.lines)).casefold()
