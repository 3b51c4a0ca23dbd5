"""The gate (D2 to D5): what is refused however it is dressed, and what ordinary offices write all day and must pass."""

import lzma
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gongyi.network
from gongyi.core import gate
from gongyi.core.errors import Refused
from gongyi.core.gate import DEFAULT_OFFICES, Kind, text, words
from gongyi.core.gate.places import NAMES_ONLY

ZERO, JOINER, SOFT, RTL, BOM = "\u200b", "\u200d", "\u00ad", "\u202e", "\ufeff"

DISGUISED: dict[Kind, list[str]] = {
    Kind.ETHNICITY: [
        "民 族", f"民{ZERO}族", "*民族", "民族*（必填）", "【民族】", "1.民族", "民_族", "民\n族", "民　族", "民-族", "民/族", f"民{SOFT}族代码",
        f"{RTL}民族", f"{BOM}民族成份", "族別", "種族", "血統", "少數民族", "族群\t", "（3）族裔", "是否少数民族", "汉族/回族", "Ethnicity",
        "ＥＴＨＮＩＣＩＴＹ", "ethnicGroup", "ETHNIC_GROUP", "user.race", "racialOrigin", "skin-colour", f"eth{ZERO}nicity", "e t h n i c i t y",
        "minzu", "Min Zu", "mín zú", "MZDM", "person.minzu", "AAC005", "aac-005*", "ＡＡＣ００５", "minority_flag", "ancestries",
    ],
    Kind.RELIGION: [
        "宗教信仰", "信 仰", "*信教情况", f"教{JOINER}派", "朝覲", "皈依日期", "清真（是／否）", "礼拜次数", "所属教堂", "寺  院", "受洗时间", "religion",
        "Religious Belief", "faithGroup", "church_name", "MOSQUE", "halal?", "zjxydm", "zong-jiao", "是否佛教", "密切接觸信眾",
    ],
    Kind.POLITICS: [
        "政治面貌", "政 治 面 貌", "政治面貌*", "「政治面貌」", "政治立场", "黨派", "黨員", "是否党员", "入党时间2", "入團年月", "统战对象", "投票意向",
        "politicalStatus", "Party Member", "party_membership", "partyMember", "PARTISAN", "voterId", "cpc", "trade union", "zzmm", "Zz_Mm_Dm",
        "AAC024", "团员（填是/否）", "党 龄",
    ],
    Kind.CONTROL: [
        "思想动态", "思 想 表 现", "意識形態", "忠诚度", "风险等级", "風險等級", "信任等级", "信用分", "重点人员类别", "*重点人群", "關注對象", "布控状态",
        "稳控责任人", "维稳", "涉穩", "极端倾向", "帮教人", "上访次数", "信访次数", "是否邪教", "watchList", "black_list", "riskLevel", "trust-score",
        "Social Credit", "keyPerson", "petitioners", "zdry", "SXDT",
    ],
    Kind.LOCATION: [
        "行踪", "行动軌跡", "經度", "纬 度", "坐标(x,y)", "实时定位", "定位", "签到地点", "打卡地点*", "車牌號", "出入境记录", "护照号", "境外亲属", "僑眷",
        "海外關係", "住宿记录", "Latitude", "homeLat", "lng", "GPS", "手机GPS", "geoHash", "geolocation", "lastSeen", "plate_number", "guiji",
    ],
    Kind.HEALTH: [
        "指紋", "人臉照片", "血型", "既往病史", "診斷", "残疾等级", "殘疾證", "孕周", "艾滋病", "基因", "性取向", "婚史", "fingerPrint", "face_id", "DNA",
        "bloodType", "diagnosis", "disabilities", "HIV", "sexual orientation",
    ],
    Kind.IDENTITY: [
        "身份证号", "身份證", "身 份 证 号 码", "证件号码", "社保号", "银行卡号", "銀行賬號", "征信", "徵信記錄", "籍贯", "籍貫", "祖籍", "户口性质",
        "戶籍地址", "出生地", "家庭成分", "出身", "前科", "社区矫正", "吸毒史", "通讯录", "微信群", "idNumber", "ID_CARD", "national id", "SSN", "iban",
        "bankAccount", "salary", "IMEI", "MAC地址", "VPN", "placeOfBirth", "hukou", "criminalRecord", "SFZH",
    ],
}  # fmt: skip

ORDINARY = """
trace_id|section|Party A|Party B|third party|统一社会信用代码|诉求人|联系电话|诉求内容|办理单位|群众满意度|回访情况|序号|姓名|性别|年龄段|手机号|联系方式|
联系地址|所在村|所属社区|所属网格|乡镇（街道）|单位名称|部门|职务|岗位|负责人|经办人|审核人|受理时间|受理编号|办结时间|办结时限|是否办结|办理结果|答复内容|
答复时间|回访时间|回访人|满意度|不满意原因|转办单位|协办单位|催办次数|退回原因|诉求类别|一级分类|二级分类|事项名称|事项编码|来源渠道|发生地点|发生时间|
具体问题|附件|备注|签到时间|签到人数|活动名称|活动地点|活动时间|报名人数|志愿服务时长|培训主题|培训课时|教职工人数|诚信教育场次|街道教育经费|通信教程|
礼拜三值班人|设立场所|市场定位|功能定位|停车牌数量|公交停车牌|出口国|极端天气预警|交通管控措施|扬尘管控|网上访谈|目前科室|当前科目|特征信息|象征信物|
集团员工数|加入团队时间|列入党委会议题|调解员|调解协议编号|申请人|被申请人|争议金额|书记员|会议主题|到会人数|表决结果|赞成票|议题|提案编号|承办意见|
项目进度|项目资金|合同编号|开工日期|竣工日期|公示期|公开方式|法定代表人|营业执照编号|红色基因传承|孕育计划|水族馆地址|指定位置|养护照明设施|故障诊断|
灾害风险等级|办件轨迹|信访件编号|信用代码|发票号|邮编|传真|邮箱|id|case_no|created_at|updatedAt|unitName|phone|contact|status|statusCode|category|
party_id|insect|racecourse|trackingNumber|machine|flatNumber|latest|translate|platform|template|geology report|good faith|identity provider|
mz|jg|xy|dp|riskReview|levels|page|sectionTitle|surface|interface|identifier|Macro|plateau|bank_holiday|map|language|address
"""  # one heading between bars

PUBLIC = """
道路维修 路灯照明 供水管网 污水处理 垃圾清运 厕所改造 公共停车 公交线路 校车接送 红绿灯设置 占道经营 违章建筑 噪声扰民 油烟扰民 扬尘治理 河道保洁 饮用水源 秸秆焚烧
畜禽养殖 土壤污染 林木采伐 森林防火 退耕还林 农田水利 高标准农田 土地流转 土地确权 宅基地审批 危房改造 房屋征收 征地补偿 安置房 物业管理 电梯安全 消防通道 燃气安全
用电安全 电网改造 宽带网络 手机信号 快递进村 农产品销售 合作社 农机补贴 种粮补贴 农业保险 动物防疫 种子农药 乡村旅游 民宿管理 集市管理 食品安全 药品监管 医保报销
养老保险 退休待遇 失业补助 工伤认定 劳动报酬 就业培训 创业贷款 低保申请 临时救助 特困供养 高龄津贴 养老服务 日间照料 残疾人两项补贴 无障碍设施 儿童福利 托育服务
义务教育 学校食堂 校园安全 学籍办理 助学金 职业教育 图书馆 文化活动 体育设施 广场舞 文物保护 非遗传承 户籍办理 身份证办理 出入境管理 交通违法处理 邻里纠纷 婚姻家庭
土地纠纷 劳动争议 消费维权 法律援助 公证服务 社区矫正 禁毒宣传 反诈宣传 安全生产 防汛抗旱 地质灾害 气象预警 应急避难 村务公开 财务公开 民主选举 村规民约 干部作风
政务服务 证照办理 营商环境 税费咨询 招商引资 民族事务 宗教事务 民族政策 民族宗教 统战工作 侨务 党员教育 基层党建 政治体制改革 信访接待 疫苗接种 传染病防控 疾病预防
计划生育服务 殡葬管理 公墓管理 地名管理 行政区划 人才引进 科技下乡 志愿服务 精神文明 群众 保安 高山 其他
"""
TOPICS = PUBLIC.split()

TELLING = "族回藏寺教党政侨庙"
STRIPPED = f" 　\t\n*（）()[]【】{{}}<>《》「」-_/\\.,，。、:：;；!！?？'\"·•#＃+~|0123456789０１２３４①㈠{ZERO}{JOINER}{SOFT}{RTL}{BOM}\u2060\u0301\ufe0f"


def ordinary() -> list[str]:
    return [heading.strip() for heading in ORDINARY.replace("\n", "").split("|")]


@cache
def places() -> list[str]:
    """600 names of the division list: those that carry a refused word first, then those that look like it."""
    source = Path(gongyi.network.__file__).with_name("divisions.csv.xz")
    with lzma.open(source, "rt", encoding="utf-8") as rows:
        names = dict.fromkeys(row.rstrip("\n").split(",")[1] for row in rows)
    telling = [name for name in names if any(sign in name for sign in TELLING)]
    heavy = [name for name in telling if gate.refused_name(name)][:100]
    near = [name for name in telling if gate.refused_header(name) and name not in heavy]
    light = [name for name in telling if name not in {*heavy, *near}]
    chosen = heavy + near[:: len(near) // 350][:350]
    return chosen + light[:: len(light) // 200][: 600 - len(chosen)]


def wrong(table: dict[Kind, list[str]]) -> list[tuple[str, Kind | None]]:
    """The headings that did not get their kind."""
    return [
        (head, got) for kind, heads in table.items() for head in heads if (got := gate.refused_header(head)) != kind
    ]


@pytest.fixture
def open_gate(monkeypatch: pytest.MonkeyPatch) -> Iterable[None]:
    """The gate with an empty table; its compiled copy is dropped before and after."""
    monkeypatch.setattr(words, "TABLE", {})
    gate._rules.cache_clear()
    gate._values.cache_clear()
    yield
    gate._rules.cache_clear()
    gate._values.cache_clear()


def test_d2_disguised_headers_are_refused_with_their_kind():
    assert sum(map(len, DISGUISED.values())) >= 112
    assert wrong(DISGUISED) == []


def test_d2_control_an_empty_table_lets_all_of_them_pass(open_gate):
    assert len(wrong(DISGUISED)) == sum(map(len, DISGUISED.values()))
    assert gate.refused_values(["汉族"] * 9) is None
    assert gate.phrases("该户为重点人员") == []


@pytest.mark.parametrize("step", ["plain", "compact", "english", "latin"])
def test_d2_control_without_one_step_of_undressing_some_pass(monkeypatch: pytest.MonkeyPatch, step: str):
    monkeypatch.setattr(gate, step, str.casefold)
    assert wrong(DISGUISED)


def test_d2_ordinary_headers_pass():
    assert len(set(ordinary())) >= 90
    assert [(head, kind) for head in ordinary() if (kind := gate.refused_header(head))] == []


def test_d2_places_and_offices_pass_as_names_and_as_a_dictionary():
    known = places()
    names = known + [f"{office}名单.xlsx" for office in DEFAULT_OFFICES]
    assert len(set(known)) == 600
    assert [name for name in names if gate.refused_name(f"2026年{name}（一）", places=known)] == []
    gate.check_dictionary([*known, *DEFAULT_OFFICES])


def test_d2_control_without_the_two_lists_many_of_them_would_be_refused():
    assert len([place for place in places() if gate.refused_name(place)]) > 50
    assert len([office for office in DEFAULT_OFFICES if gate.refused_name(office, offices=())]) > 50


@pytest.mark.parametrize(
    "name",
    ["民族路改造", "民族中路12号", "民族小学家长会", "双江拉祜族佤族布朗族傣族自治县", "南水回族村民委员会", "清真寺街停水", "华侨新村", "村干部通讯录.xlsx", "办事处微信群",
     "统战部来文", "黨員群眾服務中心", "北京市民族宗教事务委员会", "第一季度.xlsx", "Sheet1", "", "third party.csv"],
)  # fmt: skip
def test_d2_names_of_things_pass(name: str):
    assert gate.refused_name(name) is None
    gate.check_name(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("少数民族花名册.xlsx", Kind.ETHNICITY), ("回族村民名单", Kind.ETHNICITY), ("藏族乡亲", Kind.ETHNICITY), ("民族小学生", Kind.ETHNICITY), ("minzu.xlsx", Kind.ETHNICITY),
     ("信教群众台账", Kind.RELIGION), ("党员组", Kind.POLITICS), ("统战部党员名单", Kind.POLITICS), ("重点人员（民族路）", Kind.CONTROL), ("上访户.doc", Kind.CONTROL),
     ("侨眷", Kind.LOCATION), ("残疾人名单", Kind.HEALTH), ("刑满释放人员", Kind.IDENTITY), ("watchlist 2026.csv", Kind.CONTROL)],
)  # fmt: skip
def test_d2_names_that_sort_persons_are_refused(name: str, kind: Kind):
    assert gate.refused_name(name, places=["民族村", "向阳镇"]) is kind
    with pytest.raises(Refused) as refusal:
        gate.check_name(name, places=["民族村"])
    assert refusal.value.code == "refused_name"
    assert str(kind.label) in refusal.value.sentence
    assert refusal.value.todo


def test_d2_a_place_named_only_by_a_refused_word_excuses_nothing():
    assert gate.refused_name("民族名单", places=["民族"]) is Kind.ETHNICITY
    assert gate.refused_name("忠诚村名单", places=["忠诚村"]) is None


def test_d2_offices_can_be_replaced():
    assert gate.refused_name("党员议事厅") is Kind.POLITICS
    assert gate.refused_name("党员议事厅", offices=["党员议事厅"]) is None


def test_d2_public_topics_pass_by_the_value_rule():
    assert len(set(TOPICS)) >= 100
    gate.check_dictionary(TOPICS)
    with pytest.raises(Refused) as refusal:
        gate.check_dictionary([*TOPICS, "汉族", "回族", "藏族"])
    assert refusal.value.code == "refused_dictionary"


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["汉族", *["张三"] * 3], None),  # 25 %
        (["汉族", *["张三"] * 2], Kind.ETHNICITY),  # 33 %
        (["汉族", "", " ", "张三", "李四", "王五", "赵六"], None),  # blanks do not count: 20 %
        (["汉族"] * 3 + ["甲"] * 97, Kind.ETHNICITY),
        (["汉族"] * 2 + ["甲"] * 98, None),
        (["01 漢族", "回 族*", "（藏族）"], Kind.ETHNICITY),
        (["维吾尔", "土家", "蒙古"], Kind.ETHNICITY),
        (["白", "水", "土", "京", "金", "满"], None),  # surnames
        (["保安", "保洁", "厨师", "保安", "保安"], None),
        (["高山", "高山", "平坝", "高山"], None),
        (["保安", "保安", "东乡"], Kind.ETHNICITY),
        (["群众"] * 50, None),
        (["群众", "企业", "群众", "村委会", "群众"], None),
        (["群众"] * 9 + ["中共党员"], Kind.POLITICS),
        (["民盟盟员"], Kind.POLITICS),
        (["佛教", "无宗教信仰"], Kind.RELIGION),
        (["HAN", "Hui ", "Uyghur"], Kind.ETHNICITY),
        (["muslim", "Buddhist"], Kind.RELIGION),
        (["01", "02", "56"], None),
        (["", "  "], None),
        (["11010519491231002X"] * 3 + ["无"] * 7, Kind.IDENTITY),
        (["11010519491231002X"] * 2 + ["无"] * 8, None),
        (["110105194912310021"] * 9, None),  # another check digit
        ([f"43112320260305{number:04d}" for number in range(300)], None),  # order numbers
        (
            ["本人反映汉族村道路积水，请尽快安排人员到现场查看并给出处理时间，谢谢，我们全村都在等着这件事情办好"] * 5,
            None,
        ),
    ],
)
def test_d4_values(cells: list[str], kind: Kind | None):
    assert gate.refused_values(cells) is kind


def test_d3_the_refusal_says_where_and_what_to_do():
    with pytest.raises(Refused) as refusal:
        gate.check_headers("名单", ["序号", "姓名", "联系电话", "民族", "备注"])
    assert refusal.value.code == "refused_column"
    assert str(refusal.value) == (
        "导入已拒绝:工作表「名单」第 4 列(D)「民族」属于本平台不收集的信息(民族)。请删除该列后重试;文件未保存。"
    )


def test_d3_all_refused_columns_are_named_at_once():
    heads = ["姓名", " 民 族 ", *["备注"] * 24, "政治面貌", "血统"]
    assert gate.refused_columns(heads) == [(1, Kind.ETHNICITY), (26, Kind.POLITICS), (27, Kind.ETHNICITY)]
    with pytest.raises(Refused) as refusal:
        gate.check_headers("Sheet1", heads)
    sentence = refusal.value.sentence
    assert "第 2 列(B)「民 族」、第 27 列(AA)「政治面貌」、第 28 列(AB)「血统」" in sentence
    assert "(民族、政治面貌)" in sentence
    assert "请删除这些列后重试" in sentence


def test_d3_an_ordinary_file_passes():
    gate.check_headers("名单", ordinary())
    gate.check_headers("空表", [])


def test_d5_free_text_gets_a_hint_with_a_neutral_way_to_say_it():
    hits = gate.phrases("来访人系苗族，为 老上访户；预备党员。已看证件11010519491231002X，多次 老 上 访。")
    assert [(hit.phrase, hit.kind) for hit in hits] == [
        ("苗族", Kind.ETHNICITY),
        ("老上访", Kind.CONTROL),
        ("预备党员", Kind.POLITICS),
        ("11010519491231002X", Kind.IDENTITY),
    ]
    assert all(hit.suggestion == str(hit.kind.suggestion) for hit in hits)


@pytest.mark.parametrize(
    "note",
    ["已联系向阳村民。族谱展厅另议。", "请统战部、残疾人联合会和民族路社区一起到场。", "受理编号911101080000000000，电话13800138000。",
     "苗族乡道路已修好，群众满意。", "转出入境管理大队办理。", ""],
)  # fmt: skip
def test_d5_ordinary_notes_get_no_hint(note: str):
    assert gate.phrases(note) == []


def test_d5_a_phrase_inside_a_place_of_the_list_gets_no_hint():
    assert [hit.phrase for hit in gate.phrases("上访村的路灯坏了，维稳村也坏了")] == ["维稳"]
    assert gate.phrases("维稳村的路灯坏了", places=["维稳村"]) == []


def test_the_table_is_written_in_the_form_it_is_compared_in():
    for kind, row in words.TABLE.items():
        listed = [row.chinese, row.harmless, row.values, row.weak, row.phrases, row.exact]
        assert [word for line in listed for word in line.split() if text.compact(text.plain(word)) != word] == [], kind
        assert all(
            any(word in longer and word != longer for word in row.chinese.split()) for longer in row.harmless.split()
        ), kind


def test_every_kind_has_words_a_label_and_a_suggestion():
    assert set(words.TABLE) == set(Kind)
    assert len({str(kind.label) for kind in Kind}) == len({str(kind.suggestion) for kind in Kind}) == len(Kind)


WORDS = [
    (word, kind)
    for kind, row in words.TABLE.items()
    for word in (
        *row.chinese.split(),
        *row.exact.split(),
        *(term.strip(" *") for term in row.english.split(",") if term),
    )
]
TRADITIONAL = {new: chr(old) for old, new in text._folding()[1].items() if new}
WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}


def identity(letter: str) -> str:
    return letter


@given(st.sampled_from(WORDS), st.data())
def test_decoration_never_gets_a_refused_word_through(entry: tuple[str, Kind], data: st.DataObject):
    word, kind = entry
    dress = st.sampled_from([identity, str.upper, lambda c: TRADITIONAL.get(c, c), lambda c: WIDE.get(c, c)])
    trimming = st.text(st.sampled_from(STRIPPED), max_size=3)
    heading = data.draw(trimming) + "".join(data.draw(dress)(letter) + data.draw(trimming) for letter in word)
    assert gate.refused_header(heading) is kind
    assert gate.refused_name(heading) is (None if word in NAMES_ONLY else kind)


@given(st.text(max_size=60))
def test_any_text_is_judged_without_an_error(anything: str):
    assert gate.refused_header(anything) in {None, *Kind}
    assert gate.refused_name(anything) in {None, *Kind}
    assert gate.refused_values([anything]) in {None, *Kind}
    assert all(hit.phrase for hit in gate.phrases(anything))
