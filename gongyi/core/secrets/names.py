"""Names of people in a text that everybody may read: by the words beside them, by lists, and by how most names are made.

A name is a surname with one or two characters after it. It is found beside a word that says so (村民, 我叫, 先生), in a list with
other names, and without any such word where both characters after the surname are such as names are made of. No tables.
"""

import re

from gongyi.core.secrets.masks import BLANK

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗方俞任袁柳唐罗薛雷贺倪汤"
    "殷毕郝邬安常于傅卞齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季贾江童颜郭梅林徐邱骆高夏蔡田樊胡"
    "凌霍虞柯卢莫丁邓洪包左石崔吉龚程裴陆荣翁焦侯宁仇甘武刘景龙叶黎白赖卓蔺屠池乔阳闻莘翟谭姬申冉桑桂牛尚农温庄晏柴瞿阎"
    "连艾易廖耿匡欧沃巩聂晁关荆游盖岳佟谷涂晋仲商牟伏谈肖付向覃史成曾段辛符文代兰邢饶丘尤粟刁鲍"
)
_COMPOUND = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|南宫"
_SUR = f"(?:{_COMPOUND}|[{SURNAMES}])"
_C = "[\u4e00-\u9fff]"
# Characters of given names that rarely begin or end an ordinary word, and those that often do: a name without any word beside
# it needs one of the first and another of either.
_RARE = (
    "伟娜秀敏丽磊艳娟涛霞刚桂玲辉梅鹏斌莲珍贞莉燕萍凤菊莺媛佳嘉琼翠雅芝娥芬芳彩洁琳雪媚瑞倩婷颖瑶怡蓉琴薇婕馨俊峰毅彬祥杰"
    "豪绍哲浩宇翔旭泽晨炎琛勋铭英珊玉梓轩涵妍钰钧锋坤胜喜贵根福寿财银铁柱柏松龙虎彪雄超勇强宏洪鸿淑惠慧兰菲欣欢悦怀启娇姣娣妹"
    "仁义礼智忠孝廉良善德厚诚恒伦岚诗雨思"
)
_OFTEN = "国建华文明志军平永光新春红云海波亮民康安兴旺庆利友有世正天大小子少立成长生林森山江河清水金木火土元东南西北中先才发保家万里阳月星秋冬夏爱学如若可一以冰晓照启维振宗宝传克占广树进朝同连培继承荣昌盛业社会"
_ANY = _RARE + _OFTEN
_END = (
    '(?=[，。；、：？！,.;:?!()（）“”"\\s'
    + BLANK
    + "]|$|先生|女士|同志|说|反映|家|的|来|在|和|与|跟|及|等|电话|手机|身份证|住|今年|去|打|是|年|没|被|已|都|也|均|把|将|收|因|从|给|对|不)"
)
_SAID = "(?:姓名|名字|我叫|名叫|叫做|叫作|人叫|联系人|经办人|申请人|投诉人|诉求人|反映人|举报人|当事人|签名|署名)[叫是为:：\\s,，（(]{0,4}"
_BESIDE = (
    "(?:村民|居民|群众|邻居|老人|户主|业主|租户|本人|我是|儿子|女儿|丈夫|妻子|父亲|母亲|爷爷|奶奶|老公|老婆|孩子|学生|家长|病人|患者|"
    "哥哥|弟弟|姐姐|妹妹|叔叔|伯伯|舅舅|姑姑|侄子|侄女|孙子|孙女|女婿|儿媳|媳妇|岳父|岳母|残疾人|五保户|低保户|贫困户|困难户|"
    "司机|老板|房东|店主|员工|支书|书记|会计|主任|委员|代表|镇长|村长|组长|队长|站长|所长|科长|局长|校长|园长|老师|医生|护士|师傅|"
    "同志|民警|经理|负责人|法人|包工头|承包人|代表人|网格员|联络员|党员|干部|介绍人|证人)(?!大会|们)[:：是叫为\\s]{0,2}"
)
_TITLES = (
    "先生|女士|小姐|太太|老师|师傅|大爷|大妈|大娘|大哥|大姐|大叔|大婶|大伯|阿姨|叔叔|伯伯|奶奶|爷爷|婆婆|老汉|老头|嫂子|同志|"
    "村?支书|副?书记|会计|副?主任|副?镇长|副?乡长|副?县长|村长|组长|队长|副?站长|副?所长|副?科长|副?局长|副?处长|股长|副?校长|"
    "副?院长|医生|律师|警官|法官|副?经理|老板|某某|某(?![个些地时日天种人事])"
)
NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_SAID}(?P<n>{_C}{{1,8}}(?:·{_C}{{1,8}}){{1,3}}|{_SUR}[ \u3000]?{_C}{{1,3}}?{_END}|{_SUR}[ \u3000]?{_C}{{2}})",
        rf"(?:姓名|我叫|名叫|名字)[叫是为:：\s]{{0,4}}(?P<n>{_C}{{2,5}}?)(?=[，。；、,;\s]|$)",
        rf"(?P<n>{_C}{{1,8}}·{_C}{{1,8}}?){_END}",
        rf"(?<![公主])(?P<n>{_SUR}{_C}{{0,2}}?)(?={_TITLES})",
        rf"{_BESIDE}(?P<n>{_SUR}{_C}{{1,2}}?){_END}",
        rf"{_BESIDE}(?P<n>{_SUR}[{_ANY}]{{2}})",
        rf"我是{_C}{{1,12}}[村镇乡组县区](?:的|人)?(?P<n>{_SUR}{_C}{{1,2}}?){_END}",
        rf"(?P<n>(?:{_COMPOUND}){_C}{{1,2}}?)(?:(?=要求|请求|申请|咨询|投诉|举报|求助)|{_END})",
        rf"(?P<n>{_SUR}{_C}{{1,2}})(?=[ \u3000]?[（(，,、][ \u3000]?(?:[男女]|现年|[0-9]{{1,3}}岁))",
        rf"(?P<n>{_SUR}{_C}{{2}})(?=家(?:门|的|里|房|院|屋|后|前|旁|住))",
        rf"(?<!{_C})[老小阿](?P<n>[{SURNAMES}])(?=[家说的和与，。、,]|$|反映)",
        rf"{_BESIDE}[老小阿](?P<n>[{SURNAMES}])(?!{_C}?[村镇乡路])",
        rf"(?<=姓)(?P<n>[{SURNAMES}][,，、 ]{{0,2}}名(?:叫|是|为)?{_C}{{1,2}})",
        rf"(?<!{_C})(?P<n>{_SUR}[{_OFTEN}]{{2}})(?=[的家被把在，、。]|$)",
        rf"(?P<n>{_SUR}(?:[{_RARE}][{_ANY}]|[{_OFTEN}][{_RARE}]))(?![{_ANY}]?[村镇乡县市路街巷桥园苑城湾山河湖沟垅])",
        r"(?:[Mm]y name is|[Nn]ame:?|I am|I'm|M(?:r|s|rs|iss)\.?) {1,2}(?P<n>[A-Z][a-z]{1,15}(?: [A-Z][a-z]{1,15}){0,2})",
    )
)
# Sought while only numbers are blanked: 王小明 13812345678 is a name, 李家村12号 and 供电所 0739-1234567 are places.
NAME_BEFORE_NUMBER = re.compile(
    rf"(?P<n>{_SUR}{_C}{{1,2}}|(?<![A-Za-z])[A-Z][a-z]{{1,15}} [A-Z][a-z]{{1,15}})(?<![村镇乡县站所局厂店院处办])"
    rf"(?=[，,：:（( ]{{0,2}}(?:联系电话|电话|手机号|手机|[Tt]el|[Pp]hone|[Mm]obile)?[是为：:. ]{{0,2}}{BLANK})"
)
# Several that stand one after the other: at least one is made as names are, and none ends as places do.
LISTS = re.compile(rf"{_SUR}{_C}{{1,2}}(?:[、，,和与及跟 ]{_SUR}{_C}{{1,2}})+{_END}")
IN_LIST = re.compile(rf"{_SUR}{_C}{{1,2}}(?=[、，,和与及跟 ]|$)")
AFTER_NAME = re.compile(rf"(?:[、，,和与及跟 ]|以及)(?P<n>{_SUR}{_C}{{1,2}}?{_END}|{_SUR}[{_ANY}]{{2}})")
_LIKE_A_NAME = re.compile(rf"{_SUR}(?:{_C}[{_ANY}]|[{_RARE}])$")
_ENDS_AS_PLACES = re.compile("[村镇乡县区组社路街巷桥园苑城湾沟站所局厂店院处办部]$")
_NO_NAMES = re.compile(
    "高中|高级|高校|高度|高铁|高速|高层|安全|安排|安静|方案|方面|方便|方式|任何|任命|于是|关于|关注|由于|江边|金额|金融|成都|成立|成员|"
    "文化|文件|文明|文艺|房屋|房产|房子|房东|农村|农业|农民|公安|向上|车辆|车位|车主|连续|连接|利用|利益|关系|常务|常年|常常|门口|门卫|"
    "代办|代表|代理|时间|石头|石材|白天|白色|包括|包干|包工|谈话|符合|车牌|车号|门牌|包村|连同|商量|商业|商家|权利|权益|左右|华人|"
    "平时|严重|严格|应该|全体|都是|曾经|曾多|牛奶|马上|马路|黄金|水利|温度|程度|程序|季节|庄稼|柴火|易发|游客|谷物|史上|段时|尤其|"
    "师傅|师生|荣誉|荣获|宁可|武装|武警|龙头|叶子|池塘|乔木|阳光|阳台|申请|申报|桑树|尚未|尚可|晏|欧式|利民|欢迎|项目|项工|梁上|席位|"
    "江河|江水|江南|江北|江东|江西|林业|林地|林木|毛病|毛坯|祝愿|顾客|康复|康养|齐全|傅里|汤药|雷雨|唐代|童年|夏天|夏季|田地|田间|田土|"
    "胡乱|莫名|丁字|洪水|洪灾|石子|石板|吉祥|陆续|陆地|焦虑|甘蔗|景区|景观|白白|闻到|艾滋|关键|关闭|关停|关爱|岳父|岳母|仲裁|伏天|付款|"
    "谢谢|凌晨|问题|变更|地址|什么|完全|服务|盖章|周末|周[一二三四五六日天边围期]|申诉|任期|任职|任课|任教|任的|任副|连忙|连自|严查|常委|谈到|谈不|"
    "商定|商议|商有|商业|宁静|许可|关切|纪委|纪检|孙女|钱财|钱已|农技|农办|成长|成了|成一|成本|向[市我您社街政物该店办班开县镇村]|于[今去在此其某企恒小]|"
    "卫生|卫健|卫办|卫保|董事|关证|关责|关怀|关领|关情|权威|高峰|项福|项惠|温馨|温少|安宁|安心|安置|文具|毕业|马克|毛泽|屠宰|"
    "师表|季大|何沟|何来|易机|强大|石场|石矿|石厂|和单|与单|万元|曾在|曾拨|曾多|张贴|停车|伍仁|华光|祝您|祝好|白兰|成学|常供|常豪|"
    "付出|付清|向前|向有|史料|成本|成功|成绩|段落|辛苦|文字|文本|兰花|车间|车子|车站|丘陵|门面|门诊|门店|门市|门窗"
)


def is_name(match: re.Match[str]) -> bool:
    """Not a word of every day that begins like a name, not a place, and not hidden already."""
    found = match["n"]
    if BLANK in found or _NO_NAMES.match(found) or found.startswith("某"):
        return False
    return len(found) < 3 or not re.search("[村镇乡县路]", found)  # noqa: PLR2004 - 李家村


def is_list_of_names(words: list[str]) -> bool:
    """Whether what stands in a row are people: one is made like a name, none is a place or a word of every day."""
    likely = any(len(word) > 2 and _LIKE_A_NAME.match(word) for word in words)  # noqa: PLR2004 - 张三 alone could be any word
    return likely and not any(_ENDS_AS_PLACES.search(word) or _NO_NAMES.match(word) for word in words)
