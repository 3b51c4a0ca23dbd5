"""Files that leave the house: known again after another program saved them, changed ones told; templates of one's own."""

import json
import re
import shutil
import subprocess
import zipfile
from io import BytesIO, StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from docx import Document

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.attachments import clean_upload
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.documents import printed
from gongyi.reports.actions import paper, report
from gongyi.reports.models import ReportFile, ReportTemplate
from tests.casework.conftest import land  # noqa: F401 - a fixture
from tests.casework.test_workflow import put
from tests.factories import make_actor, refused

OFFICIALS = ["none", "notice", "report", "letter", "minutes"]


def export(land, tmp_path, kind="docx", official="none", **facts) -> bytes:  # noqa: F811
    """A draft by the command."""
    out = tmp_path / f"{official}.{kind}"
    day = clock.today()
    options = {"first": f"{day.year}-01-01", "last": f"{day}", "kind": "summary", **facts}
    call_command("period_report", unit=land.town.code, out=out, official=official, stdout=StringIO(), **options)
    return out.read_bytes()


def verified(content: bytes, tmp_path) -> tuple[int, dict]:
    """Exit code and JSON of the command."""
    path, out = tmp_path / "sent", StringIO()
    path.write_bytes(content)
    try:
        call_command("verify_report", str(path), json=True, stdout=out)
        code = 0
    except SystemExit as ended:
        code = ended.code
    return code, json.loads(out.getvalue())


def edited(content: bytes, change) -> bytes:
    """The .docx after `change` worked on it, saved again by python-docx."""
    word, made = Document(BytesIO(content)), BytesIO()
    change(word)
    word.save(made)
    return made.getvalue()


def by_office(content: bytes, tmp_path) -> bytes:
    """The .docx opened and saved by LibreOffice."""
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed: apt install libreoffice-writer")
    (tmp_path / "in.docx").write_bytes(content)
    home, into = (
        f"-env:UserInstallation=file://{tmp_path}/office",
        ["--convert-to", "docx:MS Word 2007 XML", "--outdir"],
    )
    words = ["soffice", home, "--headless", *into, str(tmp_path / "out"), str(tmp_path / "in.docx")]
    subprocess.run(words, check=True, capture_output=True, timeout=240)
    return (tmp_path / "out" / "in.docx").read_bytes()


def change_word(word) -> None:
    one = next(p for p in word.paragraphs if "受理群众诉求" in p.text)
    run = next(r for r in one.runs if "受理" in r.text)
    run.text = run.text.replace("受理", "接收")


def change_number(word) -> None:
    one = next(p for p in word.paragraphs if "受理群众诉求" in p.text)
    run = next(r for r in one.runs if r.text == "1")
    run.text = "7"


def change_cell(word) -> None:
    cell = word.tables[0].rows[-1].cells[-1]
    run = cell.paragraphs[0].runs[0]
    run.text = "99"


@pytest.mark.parametrize("official", OFFICIALS)
def test_a_file_is_known_again_after_it_was_saved_without_a_change(land, tmp_path, official):  # noqa: F811
    put(land, "closed")
    content = export(land, tmp_path, official=official)
    again = edited(content, lambda _word: None)
    assert again != content
    for sent in (content, again):
        code, said = verified(sent, tmp_path)
        assert (code, said["signed"], said["unchanged"], said["where"]) == (0, False, True, [])


@pytest.mark.parametrize(("change", "place"), [(change_word, "text"), (change_number, "text"), (change_cell, "table")])
def test_a_changed_word_number_or_cell_is_told_with_its_place(land, tmp_path, change, place):  # noqa: F811
    put(land, "closed")
    code, said = verified(edited(export(land, tmp_path), change), tmp_path)
    assert code == 1
    assert [(one["what"], one["place"]) for one in said["where"]] == [("changed", place)]


def test_added_missing_and_foreign(land, tmp_path):  # noqa: F811
    put(land, "closed")
    content = export(land, tmp_path)
    added = verified(edited(content, lambda word: word.add_paragraph("另外还有一句")), tmp_path)
    assert (added[0], added[1]["where"][0]["what"]) == (1, "added")
    gone = edited(content, lambda word: word.tables[0]._tbl.getparent().remove(word.tables[0]._tbl))
    assert verified(gone, tmp_path)[1]["where"][0]["what"] in {"missing", "changed"}
    other = BytesIO()
    Document().save(other)
    for foreign in (other.getvalue(), b"no document", b"%PDF-1.4 broken", b""):
        code, said = verified(foreign, tmp_path)
        assert (code, said["known"]) == (2, False)
    ReportFile.objects.all().delete()
    assert verified(content, tmp_path)[0] == 2


@pytest.mark.slow
@pytest.mark.parametrize("official", OFFICIALS)
def test_a_file_is_known_again_after_libreoffice_saved_it(land, tmp_path, official):  # noqa: F811
    put(land, "closed")
    content = export(land, tmp_path, official=official)
    code, said = verified(by_office(content, tmp_path), tmp_path)
    assert (code, said["where"]) == (0, [])
    code, said = verified(by_office(edited(content, change_word), tmp_path), tmp_path)
    assert (code, len(said["where"])) == (1, 1)


def test_a_pdf_is_known_again_by_its_text(land, tmp_path):  # noqa: F811
    put(land, "closed")
    content = export(land, tmp_path, kind="pdf")
    assert verified(content, tmp_path)[0] == 0
    from pypdf import PdfReader, PdfWriter

    writer, made = PdfWriter(), BytesIO()
    for page in PdfReader(BytesIO(content)).pages:
        writer.add_page(page)
    writer.write(made)
    assert verified(made.getvalue(), tmp_path)[0] == 0
    row = ReportFile.objects.get()
    ReportFile.objects.filter(id=row.id).update(digest="0" * 64, marks="0" * 16 + row.marks[16:])
    code, said = verified(content, tmp_path)
    assert (code, len(said["where"])) == (1, 1)


def test_the_numbers_in_the_file_are_those_of_the_figures_command(land, tmp_path):  # noqa: F811
    for state in ("closed", "handling", "answered", "closed"):
        put(land, state)
    out, day = StringIO(), clock.today()
    call_command("figures", unit=land.town.code, first=f"{day.year}-01-01", last=f"{day}", json=True, stdout=out)
    figures = {one["id"]: one["value"] for one in json.loads(out.getvalue())}
    text = "".join(line.text for line in printed.read(export(land, tmp_path)))
    told = re.search("受理群众诉求([0-9]+)件，办结([0-9]+)件，期末在办([0-9]+)件", text)
    assert [int(one) for one in told.groups()] == [figures[f"cases.{key}"] for key in ("received", "closed", "open")]


def test_the_commands_answer_bad_input_in_words(land, tmp_path):  # noqa: F811
    put(land, "closed")
    for facts, word in (({"first": "x"}, "日期"), ({"first": "2026-05-01", "last": "2026-01-01"}, "早于")):
        with pytest.raises(CommandError, match=word):
            export(land, tmp_path, **facts)
    with pytest.raises(CommandError, match="docx"):
        export(land, tmp_path, kind="odt")


# --- the office's own -------------------------------------------------------------------------------------------------


def begun(land):  # noqa: F811
    put(land, "closed")
    period = Period(clock.today().replace(day=1), clock.today())
    return report.start_report(by=land.clerk, unit=land.town, period=period, kind="summary")


def test_a_signed_file_says_so_and_a_correction_is_numbered(land, tmp_path):  # noqa: F811
    one = begun(land)
    assert verified(paper.export_report(one, by=land.clerk)[0], tmp_path)[1]["signed"] is False
    for why in ("", "补录"):
        if why:
            report.amend_report(one, by=land.clerk, why=why)
        report.ask_for_check(one, by=land.clerk)
        report.check_report(one, by=land.lead)
        report.sign_report(one, by=land.lead)
    code, said = verified(paper.export_report(one, by=land.clerk)[0], tmp_path)
    assert (code, said["signed"], said["correction"]) == (0, True, 1)
    put(land, "closed")
    text = "".join(line.text for line in printed.read(paper.export_report(one, by=land.clerk, number=1)[0]))
    assert "办结1件" in text
    assert "签发稿" in text


def word_file(*lines: str) -> bytes:
    word, made = Document(), BytesIO()
    for line in lines:
        word.add_paragraph(line)
    word.save(made)
    return made.getvalue()


def uploaded(content: bytes, name: str = "模板.docx"):
    return clean_upload(name, SimpleUploadedFile(name, content))


def test_a_template_of_ones_own_is_filled_escaped_and_known_again(land, tmp_path):  # noqa: F811
    steward = make_actor(Role.STEWARD, land.county)
    content = word_file(
        "{{ title }}",
        "办结 {{ cases.closed }} 件",
        "{%p for part in sections %}",
        "{{ part.heading }}",
        "{%p endfor %}",
    )
    row = paper.add_template(by=steward, unit=land.county, name="本县版式", file=uploaded(content))
    one = begun(land)
    report.edit_report(one, by=land.clerk, parts={}, title="总结 <w:p/> & 其他")
    filled, _file = paper.export_report(one, by=land.clerk, template=row)
    lines = [line.text for line in printed.read(filled)]
    assert lines[:3] == ["总结<w:p/>&其他", "办结1件", "基本情况"]
    assert verified(filled, tmp_path)[0] == 0
    with pytest.raises(PermissionDenied):
        paper.add_template(by=land.clerk, unit=land.county, name="别的", file=uploaded(content))
    paper.end_template(by=steward, key=row.id)
    assert not ReportTemplate.objects.filter(active=True).exists()


@pytest.mark.parametrize(
    "line",
    [
        "{{ nothing }}",
        "{{ title",
        "{{ title.__class__.__mro__ }}",
        "{% for x in range(10) %}{% endfor %}",
        "{{ cases.foo }}",
        "{% include 'x' %}",
    ],
)
def test_a_template_that_cannot_be_filled_is_refused_with_its_field(land, line):  # noqa: F811
    steward = make_actor(Role.STEWARD, land.county)
    with refused("file_template"):
        paper.add_template(by=steward, unit=land.county, name="坏的", file=uploaded(word_file(line)))
    assert not ReportTemplate.objects.exists()


def test_a_template_with_macros_or_of_another_kind_is_refused(land):  # noqa: F811
    content = BytesIO(word_file("{{ title }}"))
    with zipfile.ZipFile(content, "a") as package:
        package.writestr("word/vbaProject.bin", b"macro")
    with pytest.raises(Refused):
        uploaded(content.getvalue())
    steward = make_actor(Role.STEWARD, land.county)
    with refused("file_template"):
        paper.add_template(by=steward, unit=land.county, name="文字", file=uploaded("只有文字".encode(), "a.txt"))
