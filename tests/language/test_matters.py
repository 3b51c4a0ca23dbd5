"""Requests about one matter: the same thing by name with the same trouble; a street is a place, not a matter."""

import pytest

from gongyi.language.matters import Request, find_matters, joining
from gongyi.language.matters.labels import label
from gongyi.language.matters.likeness import likely
from gongyi.language.matters.measure import agreement, judged_pairs, told_pairs
from gongyi.language.matters.seen import common, kinds, look

# Invented. 0–4 one matter, 5–6 another; the rest belong to nobody.
SAID = [
    Request("青柳湾小区旁边的搅拌站噪音太大", "青柳湾小区东门外建了一个搅拌站,从早到晚轰鸣,灰尘很大,家里不敢开窗。"),
    Request("投诉青柳湾小区外搅拌站扰民", "我是青柳湾小区的业主,搅拌站的噪音和粉尘让大家睡不好,请有关部门管一管。"),
    Request("青柳湾小区搅拌站灰尘和噪音污染严重", "搅拌站离青柳湾小区不到五十米,整夜施工,噪音和灰尘扰民。"),
    Request("请求搬走青柳湾小区门口的混凝土搅拌站", "混凝土搅拌站就在青柳湾小区门口,噪音、粉尘严重影响居民生活。"),
    Request("噪音灰尘让人没法过日子", "我住在青柳湾小区,楼下就是搅拌站,粉尘到处都是,轰鸣声整夜不停。"),
    Request("石桥村三组的路灯坏了半年没人修", "石桥村三组进村那条路的路灯坏了半年,老人晚上出门摔跤。"),
    Request("石桥村三组路灯一直不亮", "石桥村三组的路灯从去年就不亮了,晚上黑灯瞎火,请派人来修。"),
    Request("青柳湾小区幼儿园什么时候开学", "青柳湾小区配套的幼儿园一直没有开园,孩子今年要入学,不知道怎么报名。"),
    Request("石桥村自来水停了三天", "石桥村这几天自来水一直没有,村民只好去河里挑水,什么时候恢复供水?"),
    Request("云顶大厦工地夜间施工噪音扰民", "云顶大厦旁边的工地每天施工到凌晨,噪音很大,附近居民睡不着。"),
    Request("养老保险断缴以后怎么补", "我在外地打工断缴了两年养老保险,现在回来了可以补缴吗?需要哪些材料?"),
]  # fmt: skip


def groups(requests: list[Request] = SAID, **facts: object) -> list[list[int]]:
    return find_matters(requests, **facts)  # type: ignore[arg-type]


def test_one_matter_is_one_group_however_it_is_worded():
    assert groups() == [[0, 1, 2, 3, 4], [5, 6]]


def test_a_place_alone_is_no_matter():
    assert not any({7, 8, 9} & set(places) for places in groups())


def test_negative_control_with_names_alone_the_place_would_be_one(monkeypatch):
    every = {"names": 9.0, "least covered": 9.0}
    monkeypatch.setattr("gongyi.language.matters.likeness.WEIGHTS", dict.fromkeys(joining_features(), 0.0) | every)
    assert any(7 in places or 8 in places for places in groups())


def joining_features() -> list[str]:
    from gongyi.language.matters.likeness import features

    one, other = look(SAID[:2])
    return list(features(one, other))


def test_the_order_of_the_rows_changes_nothing():
    turned = groups(SAID[::-1])
    assert sorted(sorted(len(SAID) - 1 - place for place in places) for places in turned) == [[0, 1, 2, 3, 4], [5, 6]]


def test_few_rows_and_none():
    assert groups([]) == []
    assert groups(SAID[:1]) == []
    assert groups([Request("", ""), Request("", "")]) == []


def test_likeness_is_the_same_from_both_sides():
    seen = look(SAID)
    for one, other in ((0, 1), (0, 7), (5, 6), (9, 2)):
        assert likely(seen[one], seen[other]) == pytest.approx(likely(seen[other], seen[one]))


def test_another_county_keeps_two_alike_questions_apart():
    said = [
        Request(f"咨询{place}农村危房改造补助标准", "请问农村危房改造每户补助多少钱?要什么条件?")
        for place in ("东山县", "西海县")
    ]
    same = [said[0], Request("咨询东山县农村危房改造补助标准", said[0].body)]
    apart, together = look(said), look(same)
    assert likely(apart[0], apart[1]) < likely(together[0], together[1])


def test_what_people_ruled_together_stays_together_and_apart_stays_apart():
    ruled = [{} for _ in SAID]
    ruled[7], ruled[8] = {1: 0}, {1: 0}  # nobody's words would join these
    ruled[0], ruled[1] = {2: 0}, {2: 1}
    found = groups(marks=ruled)
    assert [7, 8] in found
    assert not any({0, 1} <= set(places) for places in found)


def test_a_dissolved_group_falls_apart():
    ruled = [{3: place} if place in {5, 6} else {} for place in range(len(SAID))]
    assert [5, 6] not in groups(marks=ruled)


def test_progress_is_told_and_may_stop_the_work():
    told: list[tuple[int, int]] = []
    groups(tell=lambda done, whole: told.append((done, whole)))
    assert told
    assert all(done <= whole == len(SAID) for done, whole in told)

    def stop(_done: int, _whole: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        groups(tell=stop)


def test_many_rows_with_one_word_are_not_all_compared():
    seen = look([Request(f"青柳湾第{number}号", "") for number in range(300)])
    assert len(list(joining.neighbours(seen))) <= joining.NEXT * len(seen)


def test_word_lists_are_pairs_and_words():
    assert {len(pair) for pair in common()} == {2}
    assert all(0 < share < 1 for share in common().values())
    assert all(len(word) >= 1 for words in kinds() for word in words)


def test_measured_pairs_that_touch_a_judged_row():
    judged = {"a": "1", "b": "1", "c": "c"}
    found = judged_pairs({"a": 1, "b": 1, "c": 2, "d": 2, "e": 3, "f": 3}, judged)
    assert found == {
        "precision": 0.5,
        "recall": 1.0,
        "f1": 0.667,
        "true_pairs": 1,
        "found_pairs": 2,
    }  # c with d is wrong, e with f nobody's
    assert judged_pairs(dict.fromkeys("abc"), judged)["recall"] == 0
    assert judged_pairs({"a": 1, "b": 1, "c": 2, "d": 2}, judged, {"1"})["precision"] == 1


def test_measured_pairs_that_were_judged_one_by_one():
    pairs = [("a", "b", True), ("a", "c", False), ("c", "d", True)]
    assert told_pairs({"a": 1, "b": 1, "c": 1, "d": None}, pairs)["precision"] == 0.5
    assert agreement([(True, True), (False, False)]) == 1
    assert agreement([(True, False), (False, True)]) == -1


def test_a_label_is_the_shared_names_places_and_trouble():
    about = label(SAID[:5])
    assert about.names[0] == "青柳湾小区"
    assert about.places == about.names
    assert "搅拌站" in about.troubles


def test_a_label_never_holds_the_name_of_a_person():
    said = [Request("王建国家门口的路灯坏了", "王建国说路灯坏了"), Request("王建国家的路灯不亮", "王建国家路灯不亮")]
    assert not any("建国" in word for words in label(said) for word in words)
