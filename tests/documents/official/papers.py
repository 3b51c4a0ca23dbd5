"""Official documents to try the writers on; names and places are made up."""

from datetime import date

from gongyi.documents.official.elements import (
    Addressee,
    Annex,
    AnnexNote,
    Attendance,
    Byline,
    Document,
    Head,
    Heading,
    Imprint,
    Kind,
    Note,
    Paragraph,
    Picture,
    Run,
    Signature,
    Stamp,
    Table,
    Title,
)

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 200"><rect x="40" y="20" width="80" height="120" fill="#1f6f8b"/>'
    '<text x="80" y="180" text-anchor="middle" font-size="30" font-family="serif">骨直角</text></svg>'
)
HOSTILE = "#panic() *甲* $x$ <b>&amp; \\u{0} {{ x }} ]] \"'"
RARE = "䶮某、𠮷某、阿依古丽·买买提说：“路灯不亮。”"
IMPRINT = Imprint(
    copies="县委各部门，县人大常委会办公室、政协办公室，县法院、检察院，县人武部，各人民团体，驻石桥各单位",
    office="石桥县人民政府办公室", day=date(2026, 11, 9),
)  # fmt: skip


def notice() -> Document:
    """Every element there is but a letter's and the minutes'."""
    return Document(
        Kind.NOTICE,
        [
            Title("石桥县人民政府办公室关于做好2026年第四季度群众诉求办理工作的通知"),
            Addressee("各乡镇人民政府，县政府各部门"),
            Paragraph(("全县受理诉求1203件。", Run("其中路灯一类占12%。", tie="f1"), "有关事项通知如下。")),
            Heading(1, "总体要求"),
            Heading(2, "办理时限"),
            Paragraph("永" * 28 * 30),
            Heading(3, "受理", then=RARE),
            Heading(4, "回访"),
            Paragraph(HOSTILE + "\n另一段。"),
            Heading(1, "数据情况"),
            Table(
                [["单位", "受理（件）", "说明"]],
                [
                    [f"石桥镇第{at}村", str(at * 13), "路灯、道路、用水等方面的诉求较多，正在逐件办理"]
                    for at in range(1, 25)
                ],
                caption="表1 受理情况",
            ),
            Picture(SVG, "各月受理件数", "图1 各月受理情况"),
            Paragraph("请认真落实。"),
            AnnexNote(["群众诉求办理流程图", "各单位联系人名单以及需要在两行里才能放得下的一个非常长的附件名称"]),
            Signature("石桥县人民政府办公室", date(2026, 11, 8)),
            Note("此件公开发布"),
        ],
        Head("石桥县人民政府办公室文件", "石政办发〔2026〕1号", copy=123, secrecy="秘密★1年", urgency="特急"),
        [Annex("群众诉求办理流程图", [Paragraph("流程如下。")]), Annex("各单位联系人名单", [Paragraph("名单如下。")])],
        IMPRINT,
        "GB-1",
    )


def report() -> Document:
    """Upward, with three signers and room for a seal."""
    return Document(
        Kind.REPORT,
        [
            Title("石桥镇人民政府关于2026年第三季度群众诉求办理情况的报告"),
            Addressee("县人民政府"),
            Paragraph("现将情况报告如下。"),
            Signature("石桥镇人民政府", date(2026, 11, 28), sealed=True),
        ],
        Head("石桥镇人民政府文件", "石政报〔2026〕12号", ["张三", "欧阳明月", "李四"]),
        imprint=IMPRINT,
    )


def letter() -> Document:
    return Document(
        Kind.LETTER,
        [
            Title("石桥县人民政府办公室关于商请协助核实有关情况的函"),
            Addressee("某某县人民政府办公室"),
            Paragraph("永" * 28 * 18),
            Signature("石桥县人民政府办公室", date(2026, 1, 8)),
        ],
        Head("石桥县人民政府办公室", "石政办函〔2026〕3号", urgency="加急"),
        imprint=Imprint(copies="县信访局，县民政局", office="不印", day=date(2026, 1, 9)),
    )


def minutes() -> Document:
    return Document(
        Kind.MINUTES,
        [
            Title("群众诉求办理工作专题会议纪要"),
            Paragraph("会议议定如下。"),
            Attendance("出席", "张三（县政府办）、李四（县信访局）、" * 3 + "王五（县民政局）"),
            Attendance("请假", "赵六"),
        ],
        Head("石桥县人民政府办公室专题会议纪要", "〔2026〕1号"),
    )


def order() -> Document:
    return Document(
        Kind.ORDER,
        [
            Paragraph("《石桥县群众诉求办理办法》已经县政府常务会议通过，现予公布，自2027年1月1日起施行。"),
            Stamp("县　长", date(2026, 11, 28)),
        ],
        Head("石桥县人民政府令", "第12号"),
        imprint=IMPRINT,
    )


def plain() -> Document:
    """A report of a period: no red head, three pages, the middle one full."""
    return Document(
        Kind.PLAIN,
        [
            Title("石桥镇2026年上半年群众诉求办理工作总结"),
            Byline("（2026年7月1日）"),
            Paragraph("永" * 28 * 50),
            Signature("石桥镇", date(2026, 7, 1)),
        ],
    )
