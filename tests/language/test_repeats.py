"""Repeated sentences and claims without a source; a help for the writer."""

import pytest

from gongyi.language.repeats import core, repeats, sentences, without_source

OWN = "我们挨家挨户走访，把积水路段全部疏通。"


def test_a_sentence_is_found_again_whatever_its_numbers():
    theirs = "我们挨家挨户走访，把积水路段全部疏通！另外还修了3盏路灯，请大家放心。"
    (one,) = repeats(f"开头。{OWN}", {"a": [theirs]})
    assert (one.mine, one.source, one.likeness) == (OWN, "a", 100)
    assert repeats(OWN, {"a": ["今年我们把镇里的十二座桥都查了一遍，没有发现险情。"]}) == []
    assert repeats(OWN, {"a": [theirs]}, known=[OWN]) == []
    assert repeats("很短。", {"a": ["很短。"]}) == []
    longer = f"年初以来，按照县里的安排，{OWN[:-1]}，还请了老党员当向导。"
    assert repeats(longer, {"a": [theirs]})[0].theirs.startswith(
        "我们挨家挨户"
    )  # a piece of it, with other words around
    assert repeats(longer, {"a": [theirs]}, known=[OWN]) == []
    near = "我们挨家挨户地走访，把积水的路段全部疏通了。"
    assert repeats(near, {"a": [OWN]})[0].likeness < 100


def test_the_core_of_a_sentence_has_no_ties_and_numbers():
    assert core("办结{{cases.closed}}件，占98.5%。") == "办结件占"
    assert sentences("一。二！\n三") == ["一。", "二！", "三"]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("工作取得显著成效。", True), ("共办结327件。", True), ("群众满意度大幅提升。", True), ("主要问题得到解决。", True),
        ("办结{{cases.closed}}件，效果明显。", False), ("桥修好了，群众满意{{case:2026-0001}}。", False),
        ("办结{{cases.closed}}件，满意率达到100%。", True), ("矛盾纠纷全面化解。", True), ("走访群众三百余户。", True),
        ("没有发生一起超期。", True), ("全年无一超期。", True), ("按期率百分之百。", True), ("工作走在全县前列。", True),
        ("一件{{case:2026-0001}}修了3盏灯。", False), ("第一件事是修路。", False), ("我们一件一件看。", False),
        ("下一步将提高办理质量。", False), ("要把积案全部解决。", False), ("还有三件没有解决。", False), ("东湖镇在县城以东。", False),
    ],
)  # fmt: skip
def test_a_claimed_result_without_a_source_is_marked(text, marked):
    assert without_source(text) == ([text] if marked else [])


def test_a_drafted_sentence_is_not_marked():
    drafted = "最近的三天里有3件到期。"
    assert without_source(drafted) == [drafted]
    assert without_source(drafted, known=[f"前一句。{drafted}"]) == []
