"""The one table of what the product refuses to hold about a person, kind by kind. Edit the words here, nowhere else.

chinese   refused wherever it stands in the undressed heading (no spaces, digits or punctuation are left by then)
harmless  longer strings that contain such a word by accident; a hit that lies wholly inside one of them is no hit
english   whole words or word pairs, comma separated; plurals are made; `geo*` is a beginning; `harmless_english` likewise
exact     pinyin and initials: the whole heading, or a whole part of a dotted key
codes     column codes of known systems, wherever they stand
values    what stands in the cells of such a column, compared as a whole; `weak` ones count only beside another of the kind
phrases   what staff may write about a person in free text: a hint, never a block
Short forms that mean several things (mz, jg, xy, dp) are missing on purpose: values decide there.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Kind(Enum):
    """A kind of knowledge about a person that the product does not hold."""

    ETHNICITY = "ethnicity"
    RELIGION = "religion"
    POLITICS = "politics"
    CONTROL = "control"
    LOCATION = "location"
    HEALTH = "health"
    IDENTITY = "identity"

    @property
    def label(self) -> "_StrPromise":
        """The name of the kind in the reader's language."""
        return LABELS[self]

    @property
    def suggestion(self) -> "_StrPromise":
        """What may be written instead, in the reader's language."""
        return SUGGESTIONS[self]


LABELS: dict[Kind, "_StrPromise"] = {
    Kind.ETHNICITY: _("民族"),
    Kind.RELIGION: _("宗教信仰"),
    Kind.POLITICS: _("政治面貌"),
    Kind.CONTROL: _("思想评价与管控标签"),
    Kind.LOCATION: _("位置与行踪"),
    Kind.HEALTH: _("生物特征与健康"),
    Kind.IDENTITY: _("证件、财产、设备与出身"),
}

SUGGESTIONS: dict[Kind, "_StrPromise"] = {
    Kind.ETHNICITY: _("办这件事一般不需要写民族。请只写需要的服务，例如“需要口译”。"),
    Kind.RELIGION: _("办这件事一般不需要写信仰。请只写要办的事和时间。"),
    Kind.POLITICS: _("办这件事一般不需要写政治面貌。请只写与本事项有关的身份，例如“村民代表”“当事人”。"),
    Kind.CONTROL: _("请不要给人贴标签，只写事情：反映了什么、什么时候、上次怎样答复。"),
    Kind.LOCATION: _("请只写事情发生的地点，不写个人去过哪里。"),
    Kind.HEALTH: _("请只写需要的便利，例如“需要无障碍通道”“需要上门办理”，不写病情。"),
    Kind.IDENTITY: _("看过证件即可，请写“已核验”，不要抄录号码和个人经历。"),
}


@dataclass(frozen=True)
class Words:
    """One row of the table; Chinese lists are separated by spaces, English ones by commas."""

    chinese: str
    harmless: str = ""
    english: str = ""
    harmless_english: str = ""
    exact: str = ""
    codes: str = ""
    values: str = ""
    english_values: str = ""
    weak: str = ""
    phrases: str = ""


# The 56 groups of GB/T 3304, without 族.
_GB_3304 = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 "
    "土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 "
    "赫哲 门巴 珞巴 基诺"
)
GROUPS = _GB_3304.split()
_WITH_ZU = " ".join(f"{group}族" for group in GROUPS)
# Guards (保安) and villages called 高山 are many, so without 族 these two count only beside another group.
_WEAK_GROUPS = "保安 高山"
_SHORT_GROUPS = " ".join(group for group in GROUPS if len(group) > 1 and group not in _WEAK_GROUPS.split())

TABLE: dict[Kind, Words] = {
    Kind.ETHNICITY: Words(
        chinese=f"民族 族别 族裔 族群 种族 族属 少数民 血统 {_WITH_ZU}",
        harmless="村民族谱 居民族谱 农民族谱 家族群 宗族群 亲族群 少数民意 少数民众 少数民宿 少数民警 少数民营 少数民办 水族馆 水族箱 本土族谱 "
        "品种族谱",
        english="ethnicity, ethnic, ethnic group, race, racial, tribe, tribal, ancestry, minority, skin colour, skin color",
        exact="minzu mzdm mzmc minzudm minzumc minzudaima minzumingcheng shaoshuminzu zubie",
        codes="aac005",
        values=f"{_WITH_ZU} {_SHORT_GROUPS} 少数民族 穿青人 僜人 未识别民族",
        english_values="Han, Han Chinese, Hui, Uyghur, Uighur, Tibetan, Mongol, Mongolian, Zhuang, Manchu, Miao, Hmong, Yi people, Tujia, "
        "Kazakh, Kyrgyz, Ethnic Korean, Dong people, Yao people, Bai people, Hani, Dai people, Lisu, Lahu, Naxi, Qiang, Salar, Xibe",
        weak=_WEAK_GROUPS,
        phrases=f"少数民族 族别 族裔 种族 民族成份 民族成分 民族身份 {_WITH_ZU}",
    ),
    Kind.RELIGION: Words(
        chinese="宗教 信仰 教派 信教 教徒 教民 教职 受洗 皈依 朝觐 礼拜 封斋 斋月 清真 寺院 教堂 信徒 信众 祷告 饮食禁忌 佛教 道教 伊斯兰 "
        "穆斯林 天主教 基督教 东正教",
        harmless="信教育 信教学 信教程 信教材 信教室 信教师 信教研 道教育 道教学 道教师 道教办 道教委 道教研 教徒弟 教民警 教民办 教民生 "
        "教职工 教职员 教职称 接受洗 礼拜一 礼拜二 礼拜三 礼拜四 礼拜五 礼拜六 礼拜天 上礼拜 下礼拜 本礼拜 这礼拜",
        harmless_english="good faith, bad faith",
        english="religion, religious, faith, denomination, creed, sect, church, mosque, temple, hajj, baptised, baptized, halal, "
        "kosher",
        exact="zjxy zjxydm zongjiao zongjiaoxinyang xinjiao",
        values="佛教 道教 伊斯兰教 天主教 基督教 东正教 基督新教 犹太教 藏传佛教 无宗教信仰 无信仰 有宗教信仰 不信教 信教 信佛 佛教徒 道教徒 穆斯林 "
        "基督徒 天主教徒 基督教徒",
        english_values="Muslim, Buddhist, Christian, Catholic, Protestant, Taoist, Daoist, Islam, Buddhism, Christianity, "
        "Catholicism, Taoism, Daoism, No religion, Atheist, Hindu, Jewish",
        phrases="宗教信仰 信教 不信教 信徒 信众 教徒 教民 受洗 皈依 朝觐 做礼拜 封斋 斋月 信佛 佛教徒 道教徒 穆斯林 基督徒 天主教徒 基督教徒 信仰佛教 "
        "信仰道教 信仰伊斯兰教 信仰天主教 信仰基督教",
    ),
    Kind.POLITICS: Words(
        chinese="政治 党派 党员 党籍 党龄 入党 团员 入团 统战 派别 投票意向 投票倾向 选举意向 选举倾向 选民证 选民资格 是否选民",
        harmless="入党委 入党组会 入党政 入党建 入党校 入党风 入党群 集团员工 社团员工 剧团员工 财团员工 入团队 入团体 入团购 指派别人 委派别人",
        english="political, politics, political status, party member, party membership, partisan, voter, voting, ccp, cpc, "
        "trade union",
        exact="zzmm zzmmdm zhengzhimianmao dangyuan dangpai dangji dangling rudang tuanyuan",
        codes="aac024",
        values="中共党员 中国共产党党员 中共预备党员 预备党员 正式党员 党员 共青团员 中国共产主义青年团团员 团员 入党积极分子 民革党员 民革会员 "
        "民盟盟员 民建会员 民进会员 农工党党员 致公党党员 九三学社社员 台盟盟员 无党派人士 无党派民主人士 无党派 民主党派 非党员",
        english_values="CPC member, CCP member, Party member, Communist Party member, Communist, Probationary Party member, "
        "Youth League member, Communist Youth League member, Non-party, Independent politician",
        # 群众 also means "the public": target groups, satisfaction, who spoke.
        weak="群众 普通群众 普通公民 发展对象",
        phrases="政治面貌 政治表现 政治倾向 党派 党员 预备党员 党籍 党龄 入党 共青团员 无党派人士 民主党派 民盟盟员 投票意向 选举意向",
    ),
    Kind.CONTROL: Words(
        chinese="思想动态 思想状况 思想表现 思想倾向 意识形态 立场 忠诚 现实表现 风险等级 危险等级 信任等级 风险级别 危险级别 信用分 信用评分 信用积分 "
        "重点人 重点对象 关注对象 关注人员 关注等级 布控 管控 稳控 维稳 涉稳 涉恐 涉疆 涉藏 极端 教育转化 帮教 上访 缠访 闹访 信访次数 信访人员 邪教 "
        "三股势力 黑名单 危险分子",
        harmless="设立场 建立场 成立场 独立场 国立场 公立场 私立场 市立场 县立场 灾害风险等级 安全风险等级 火灾风险等级 气象风险等级 洪涝风险等级 "
        "地质风险等级 环境风险等级 房屋危险等级 隐患风险等级 信用分析 重点人才 重点人工 重点人民 重点人大 重点人居 重点人事 发布控 公布控 宣布控 "
        "交通管控 道路管控 扬尘管控 噪声管控 噪音管控 油烟管控 环境管控 生态管控 规划管控 用途管控 质量管控 风险管控 隐患管控 安全管控 价格管控 成本管控 "
        "车辆管控 污染管控 水位管控 源头管控 火源管控 爆竹管控 施工管控 空间管控 土地管控 用水管控 用电管控 分区管控 线管控 水管控制 气管控制 油管控制 "
        "极端天气 极端气候 极端高温 极端低温 极端降雨 极端强降雨 极端暴雨 极端寒潮 极端气象 极端灾害 极端情况 帮教师 帮教学 网上访问 线上访问 以上访问 网上访谈 "
        "线上访谈 晚上访 早上访 路上访 北极端",
        english="ideology, ideological, loyalty, extremism, extremist, radicalisation, radicalization, watchlist, watch list, "
        "blacklist, black list, risk score, risk level, trust score, trust level, social credit, threat, key person, "
        "key people, petitioner, dissident, stability",
        exact="zdry weiwen sxdt zhongdianrenyuan sixiangdongtai shangfang",
        phrases="思想动态 思想状况 思想表现 现实表现 立场不稳 忠诚度 风险等级 重点人员 重点人群 重点对象 重点关注对象 关注对象 布控 稳控 维稳 涉稳 涉恐 "
        "涉疆 涉藏 极端分子 教育转化 帮教 上访户 老上访 上访专业户 职业上访 缠访 闹访 非访 上访次数 信访次数 刁民 钉子户 闹事者 危险分子 不稳定因素 不稳定分子 "
        "邪教 三股势力 黑名单",
    ),
    Kind.LOCATION: Words(
        chinese="行踪 轨迹 经度 纬度 坐标 定位 卡口 基站 签到地 打卡地 签到位置 打卡位置 车牌 出境 入境 出入境 出国 护照 境外 海外关系 侨 住宿记录 "
        "开房记录 旅居史 行程记录 出行记录",
        harmless="办理轨迹 处理轨迹 流转轨迹 操作轨迹 办件轨迹 已经度 曾经度 经度过 经度假 功能定位 职能定位 项目定位 产业定位 发展定位 市场定位 目标定位 "
        "角色定位 战略定位 城市定位 问题定位 故障定位 指定位置 固定位置 确定位置 规定位置 特定位置 约定位置 划定位置 选定位置 刷卡口 插卡口 停车牌 候车牌 公交车牌 环境外 入境界 入境地 出境界 走出国 输出国 演出国 "
        "护照明 护照料 护照顾 护照看 护照护",
        english="latitude, longitude, lat, lng, gps, geo*, coordinate, whereabouts, trajectory, trajectories, last seen, "
        "plate number, license plate, licence plate, passport",
        harmless_english="george, georgia, georgian, geology, geological, geologist, geothermal, geometry, geometric",
        exact="jwd guiji xingzong chepai chepaihao huzhao hzhm jingdu weidu",
        phrases="行踪 活动轨迹 行动轨迹 手机定位 实时定位 签到地点 打卡地点 车牌号 出入境 出境 护照 境外关系 海外关系 住宿记录 开房记录",
    ),
    Kind.HEALTH: Words(
        chinese="指纹 人脸 声纹 虹膜 步态 基因 血型 病史 诊断 用药 残疾 精神障碍 传染病 艾滋 孕 生育史 婚史 性取向 性倾向 患病 疾病 病历 健康状况",
        harmless="指纹锁 红色基因 文化基因 精神基因 故障诊断 安全诊断 房屋诊断 企业诊断 问题诊断 土壤诊断 法治诊断 技术诊断 网络诊断 能源诊断 农用药 兽用药 "
        "农业用药 作物用药 果树用药 孕育",
        english="fingerprint, face id, iris, dna, blood type, diagnosis, diagnoses, disease, disability, disabled, hiv, "
        "pregnancy, pregnant, sexual orientation",
        exact="zhiwen renlian xuexing canji",
        phrases="病史 诊断为 确诊 残疾 智障 精神障碍 精神病 传染病 艾滋 怀孕 孕妇 生育史 婚史 性取向 同性恋",
    ),
    Kind.IDENTITY: Words(
        chinese="身份证 证件号 社保号 社保卡号 户口簿号 户口本号 银行卡 银行账 征信 收入明细 通讯录 好友 微信群 上网记录 籍贯 藉贯 祖籍 户口性质 户口类别 "
        "户口类型 户籍地 出生地 家庭成分 家庭成份 出身 刑满 前科 违法犯罪 社区矫正 吸毒 涉毒",
        harmless="象征信 特征信 长征信 友好友 付出身 出身份 出身体 出身影 前科室 前科目 前科技 前科普 前科长 前科研 前科学",
        english="id number, id card, id no, national id, identity card, identity number, ssn, iban, bank account, bank card, "
        "credit card, salary, imei, mac, mac address, vpn, address book, birthplace, place of birth, birth place, "
        "native place, hukou, criminal record",
        exact="sfz sfzh sfzhm shenfenzheng shenfenzhenghao zjhm yhkh hukouxingzhi",
        phrases="身份证号 银行卡号 征信 籍贯 祖籍 户口性质 户籍地 出生地 家庭成分 家庭出身 出身不好 刑满释放 前科 违法犯罪 有案底 社区矫正 吸毒 涉毒 劳改",
    ),
}
