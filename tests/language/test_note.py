"""What a pasted note says, and what it must not be taken to say."""

import pytest

from gongyi.language import note


@pytest.mark.parametrize(
    ("text", "own", "hidden"),
    [
        ("村口路灯坏了，我电话 138 1234 5678，村长电话13900001111", "13812345678", 1),
        ("停水两天 13812345678", "13812345678", 0),
        ("我儿子电话13812345678，联系我13911112222", "13911112222", 1),
        ("路堵了，村长13900001111", "", 1),
        ("联系电话：0746-1234567，司机的手机是13900001111", "07461234567", 1),
        ("打１３８１２３４５６７８", "13812345678", 0),
        ("请问低保要带什么材料", "", 0),
        ("我身份证431123199001011234丢了，我电话13812345678", "13812345678", 1),
    ],
)
def test_numbers_of_others_are_hidden_and_the_askers_found(text, own, hidden):
    found = note.numbers(text)
    assert (found.own, found.hidden) == (own, hidden)
    assert "13900001111" not in found.text
    assert own not in found.text or not own
    assert note.numbers(found.text).own == ""


def test_two_numbers_without_a_word_stay_and_are_named_masked():
    found = note.numbers("打13711112222 或者 13711113333")
    assert (found.own, found.unclear) == ("", ("137****2222", "137****3333"))
    assert "13711112222" in found.text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我是李家村的王大勇，路灯坏了", "王大勇"),
        ("我叫张小红 家住三组", "张小红"),
        ("姓名：刘芳，电话不详", "刘芳"),
        ("我是三组的，路灯坏了", None),
        ("我是村民", None),
        ("我是来反映路灯的", None),
        ("王大勇说路灯坏了", None),
    ],
)
def test_name_only_where_somebody_says_it(text, name):
    found = note.name(text)
    assert (found.value if found else None) == name


def test_places_by_full_and_short_name_longest_first():
    found = note.places("东湖镇的李家那边路灯坏了", ["李家村", "东湖镇", "王家村", "家村"])
    assert [(one.value, one.words) for one in found] == [("东湖镇", "东湖镇"), ("李家村", "李家")]


def test_cue_takes_the_key_with_most_words_and_none_for_none():
    cues = {"a": ("停水", "没水"), "b": ("停电",)}
    assert note.cue("停水了，家里没水，还停电", cues) == ("a", "停水")
    assert note.cue("路灯坏了", cues) is None


def test_pairs_and_shared_words():
    assert note.pairs("路灯坏 5G") == {"路灯", "灯坏", "5g"}
    assert note.shared_words("村口路灯不亮了", "路灯不亮") == "路灯不亮"
    assert note.shared_words("村口", "路灯") == ""
