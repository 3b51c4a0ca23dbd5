"""Names of offices and shapes of place names that carry a refused word without saying anything about a person."""

import re

from gongyi.core.gate.words import GROUPS

# Offices that people really deal with; an office may pass its own list instead.
_OFFICES = """
    统战部 统战办 统一战线工作部 民族宗教事务局 民族宗教事务委员会 民族宗教事务办公室 民族事务委员会 民族宗教局 民族宗教办 宗教事务局 宗教局
    民族和宗教事务局 侨联 归国华侨联合会 侨务办公室 侨办 外事侨务办公室 台侨办 侨务局 华侨事务委员会 残联 残疾人联合会 残疾人康复中心 残疾人服务中心
    残疾人之家 残疾人就业服务中心 党员群众服务中心 党员服务中心 党员活动室 党员活动中心 党员教育中心 党员之家 党员服务站 维稳办 维护稳定办公室 维稳中心
    综治维稳中心 综治维稳办 信访维稳中心 出入境管理局 出入境管理大队 出入境接待大厅 出入境服务站 出入境办证大厅 边防出入境检查站 出入境边防检查站
    出入境检验检疫局 社区矫正中心 社区矫正管理局 社区矫正委员会 安置帮教办公室 安置帮教办 疾病预防控制中心 疾病预防控制局 传染病医院 政治协商会议 政治部
    政治处 政治工作部 政治工作处 反邪教协会 防范和处理邪教问题办公室 佛教协会 道教协会 伊斯兰教协会 天主教爱国会 基督教协会 基督教三自爱国运动委员会
    征信中心 征信服务中心 民族医院 民族贸易局
"""
DEFAULT_OFFICES: tuple[str, ...] = tuple(_OFFICES.split())

_GROUP = "|".join(sorted(GROUPS, key=len, reverse=True))
_SIDE = "[东西南北中前后上下大小新老一二三四五六七八九十]?"
# After a unit's name may come its people: 回族乡 and 回族村民委员会 are places, 回族乡亲 and 回族村民 are persons.
_PERSONS = "(?![亲人众户]|居?民(?!委员会|小组))"
_UNIT = (
    f"(?:乡|镇|村|社区|小区|街道|街|路|巷|里|大道|胡同|苏木|屯|寨|场|农场|林场|茶场|桥|沟|坡|广场|公园){_PERSONS}"
    "|(?:小学|中学|大学|学校|学院)(?![生师员])|幼儿园|文化宫|文化馆|博物馆|剧院|饭店|宾馆|大厦"
)

PLACE_SHAPES = re.compile(
    rf"(?:(?:{_GROUP})族?|各族)*(?:{_GROUP})族(?:自治[区州县旗]|民族[乡镇]{_PERSONS}|区(?![民分别域人])|{_SIDE}(?:{_UNIT}))"
    rf"|民族{_SIDE}(?:{_UNIT})"
    rf"|华?侨{_SIDE}(?:城{_PERSONS}|{_UNIT})"
    rf"|(?:清真寺|礼拜寺|寺院|天主教堂|基督教堂|教堂){_SIDE}(?:{_UNIT})"
)
# A list of contacts or a channel is an ordinary name of a sheet or source; as a column it is someone's address book.
NAMES_ONLY: tuple[str, ...] = ("通讯录", "微信群")
