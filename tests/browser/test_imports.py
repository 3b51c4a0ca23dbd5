"""A messy file is imported, two of its rows are mended in the preview, and all of it is taken back."""

import pytest
from xlsxwriter import Workbook

from gongyi.casework.models import Case
from tests.browser.conftest import AT_DESK
from tests.browser.test_office import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]

LONG = "座落在联丰路的影楼开业以来从不开发票，\n\t\t\t\t\n\t\t\t门口的路灯也坏了三天，" * 12
ROWS = [
    ["某县 12345 热线来电登记表（2019 年）"],
    [],
    ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "来电人", "联系电话", "答复意见", "答复时间", "点赞数"],
    ["188006", "A000102948", "A3区影楼是否合法纳税了？", "2019/2/28 11:25:05", f"\n\t\t{LONG}\n\t", "王小明", "13800138000", "", "", "0"],
    ["2554", "A00023583", "路怎么还没修好？", "2019年4月24日", "路挖得稀烂，\t一直不修。", "", "", "您好！五月底修好。", "2019/5/9 9:49:10", "3"],
    ["2555", "UU008687", "绿化带被占", "去年冬天", "绿化带被圈起来种菜。", "", "", "", "", "1"],
    ["2556", "UU008688", "公交乱变道", "43524.4757523148", "6 路公交车随意变道。", "", "", "已经处理。", "", "0"],
    ["188006", "A000102948", "A3区影楼是否合法纳税了？", "2019/2/28 11:25:05", "另一件事", "", "", "", "", "0"],
]  # fmt: skip


@pytest.fixture
def messy(tmp_path):
    """The file as an office would send it."""
    path = tmp_path / "热线登记.xlsx"
    with Workbook(str(path)) as book:
        page = book.add_worksheet("二月")
        for at, row in enumerate(ROWS):
            for column, cell in enumerate(row):
                page.write_string(at, column, cell)
    return path


@AT_DESK
def test_a_messy_file_is_imported_mended_and_taken_back(people, land, width, messy):
    clerk = people(land.clerk, "/cases/").open("/import/").sees("还没有导入过")
    looked_at(clerk, "80-imports", width)
    clerk.press("办件")
    looked_at(clerk, "81-import-new", width)
    clerk.page.set_input_files("main [name=file]", str(messy))
    clerk.fill(source="12345 热线").send().sees("共 5 行：会新增 2 行").sees("2 行有问题")
    clerk.sees("留言用户、点赞数").sees("第 8 行：编号和第 4 行相同")
    looked_at(clerk, "82-import-problems", width)
    clerk.page.locator("#columns summary").click()
    looked_at(clerk, "83-import-columns", width)
    clerk.fill(cell6_recorded="2018-12-20", cell7_answered="2019-03-01 10:00").press("保存修改，再核对")
    clerk.sees("会新增 4 行").sees("王*")
    assert "有问题" not in clerk.page.locator("main").inner_text()
    looked_at(clerk, "84-import-preview", width)
    clerk.press("导入 4 行").sees("新增 4 行")
    looked_at(clerk, "85-import-done", width)
    assert sorted(Case.objects.values_list("external_no", "state")) == [
        ("188006", "recorded"), ("2554", "closed"), ("2555", "recorded"), ("2556", "closed")
    ]  # fmt: skip
    clerk.press("去看看").sees("绿化带被占")
    clerk.page.go_back()
    clerk.press("撤回这次导入").sees("已经撤回")
    assert not Case.objects.exists()
    looked_at(clerk, "86-import-undone", width)


def test_without_script_a_table_is_imported_too(people, land, width, messy):
    clerk = people(land.clerk, java_script_enabled=False).open("/import/new/cases/")
    clerk.page.set_input_files("main [name=file]", str(messy))
    clerk.send().page.locator("main [name=leave_out]").check()
    clerk.press("保存修改，再核对").press("导入 2 行").sees("新增 2 行")


@AT_DESK
def test_a_refused_table_is_told_and_a_clean_copy_can_be_saved(people, land, width, tmp_path):
    clerk = people(land.clerk, "/import/new/cases/")
    clerk.page.fill("main [name=text]", "编号\t民族\t内容\n1\tx\t路灯不亮")
    clerk.send().sees("属于本平台不收集的信息")
    looked_at(clerk, "87-import-refused", width)
    with clerk.page.expect_download() as saved:
        clerk.press("复制一份不含这些列的文件")
    path = tmp_path / "copy.xlsx"
    saved.value.save_as(path)
    clerk.page.set_input_files("main [name=file]", str(path))
    clerk.page.fill("main [name=text]", "")
    clerk.send().sees("会新增 1 行")
