"""Requests about one matter: the same thing by name with the same trouble; a street is a place, not a matter."""

import csv
from itertools import combinations
from pathlib import Path

import pytest

from gongyi.language.matters import Request, find_matters, joining, likeness
from gongyi.language.matters.labels import label
from gongyi.language.matters.likeness import likely
from gongyi.language.matters.measure import agreement, judged_pairs, told_pairs
from gongyi.language.matters.seen import common, kinds, look, trouble_words

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


# --- a small county: the village is a place, and the same words about another village are another matter ------------------

SPOT = "枫树村卫生室后面"
TROUBLES = [
    "路灯坏了六天没人修", "水管漏水把路冲坏了", "垃圾半个月没有运走", "有人晚上打牌赌钱", "弯道看不见来车", "下水道堵了臭得很", "电线杆歪了怕倒",
    "老房子墙斜了怕砸到人", "公厕一直锁着门", "石桥栏杆断了两根", "养猪场的粪水流出来", "有人占地搭了棚子", "井盖不见了", "界石被人挪了",
    "广场舞吵得睡不着", "狗不拴咬了人", "小卖部卖过期的酒", "手机没有信号", "大货车压烂了路", "幼儿园什么时候开",
]  # fmt: skip
VILLAGES = ["枫树村", "石岭村", "双桥村", "半山村", "上湾村", "河口村", "茶岭村", "田心村"]


def invented(use: str) -> list[dict[str, str]]:
    with Path(__file__).with_name("invented_county.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["use"] == use]


def in_one(requests: list[Request]) -> list[tuple[int, int]]:
    return [pair for places in groups(requests) for pair in combinations(places, 2)]


@pytest.mark.parametrize("beside", [0, 60])
def test_different_troubles_at_one_spot_of_a_village_are_no_group(beside):
    other = [Request(f"{village}{words}", "") for village in VILLAGES[1:] for words in TROUBLES][:beside]
    said = [Request(f"{SPOT}的{words}", f"{SPOT}的{words}。") for words in TROUBLES]
    assert not [pair for pair in in_one(said + other) if max(pair) < len(said)]


@pytest.mark.parametrize("words", TROUBLES)
def test_the_same_words_about_eight_villages_are_no_group(words):
    assert in_one([Request(f"{village}的{words}", f"{village}的{words}。") for village in VILLAGES]) == []


def test_negative_control_without_its_weight_villages_would_be_joined(monkeypatch):
    monkeypatch.setitem(likeness.WEIGHTS, "other village", 0.0)
    assert in_one([Request(f"{village}的{TROUBLES[0]}", f"{village}的{TROUBLES[0]}。") for village in VILLAGES])


def test_a_request_that_names_no_village_does_not_bridge_two():
    said = [Request(f"{village}自来水又黄又有泥沙", "烧开也有味道") for village in VILLAGES for _twice in range(2)]
    said += [Request("自来水又黄又有泥沙", "烧开也有味道")] * 3
    found = groups(said)
    assert all(len({place // 2 for place in places if place < 16}) <= 1 for places in found)
    assert sum(len(places) for places in found) >= 16


def test_the_village_a_case_was_recorded_for_counts_where_the_words_name_none():
    said = [
        Request("自来水又黄又有泥沙", "烧开也有味道", village) for village in ("枫树村", "枫树村", "石岭村", "石岭村")
    ]
    assert sorted(groups(said)) == [[0, 1], [2, 3]]
    named = [Request("枫树村自来水又黄又有泥沙", "烧开也有味道", place) for place in ("石岭村", "双桥村")]
    assert groups(named) == [[0, 1]]


def test_villages_are_names_not_any_word_before_the_sign():
    said = [
        "我村的路坏了",
        "农村危房改造",
        "附近村民反映",
        "家乡的路",
        "在李村和石桥村之间",
        "石桥村村委会旁",
        "石桥村民说",
        "东湖镇政府",
        "东街社区",
        "老旧社区",
    ]
    seen = look([Request(words, "") for words in said])
    assert [sorted(one.villages) for one in seen] == [
        [],
        [],
        [],
        [],
        ["李", "石桥"],
        ["石桥"],
        ["石桥"],
        [],
        ["东街"],
        [],
    ]
    assert [sorted(one.towns) for one in seen] == [[]] * 10


def test_a_word_that_says_where_is_no_trouble():
    assert trouble_words("石桥村卫生室后面的路灯") == ["路灯"]
    assert trouble_words("桥头停水") == ["停水"]
    assert trouble_words("卫生室没有药，桥裂了") == ["卫生室", "桥"]
    about = label([Request("半山村桥头停水两天", ""), Request("半山村小学门前停水", "")])
    assert (about.names, about.troubles) == (("半山村",), ("停水",))


@pytest.mark.parametrize(("use", "least"), [("tune", 0.75), ("held", 0.95), ("check", 0.8)])
def test_matters_of_the_invented_county_are_found(use, least):
    rows = invented(use)
    found = set(in_one([Request(row["title"], row["body"]) for row in rows]))
    true = {
        (a, b)
        for a, b in combinations(range(len(rows)), 2)
        if rows[a]["matter"] and rows[a]["matter"] == rows[b]["matter"]
    }
    assert 2 * len(found & true) / (len(found) + len(true)) >= least


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
