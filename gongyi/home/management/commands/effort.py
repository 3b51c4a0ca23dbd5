"""Counts taps, keystrokes and seconds of an officer's ten jobs by the keystroke-level model; a browser test does the same steps for real."""

import json
import tomllib
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from gongyi.core.management.county import WholeCommand

# Card, Moran and Newell, The keystroke-level model for user performance time with interactive systems, CACM 23 (1980).
SECONDS = {"K": 0.28, "P": 1.1, "B": 0.1, "H": 0.4, "M": 1.35}
KEYS_OF_A_CHARACTER = 3  # a Chinese character by pinyin, typed in words: two letters and its share of choosing


class Command(WholeCommand):
    help = "Print taps, keystrokes and seconds of ten jobs by the keystroke-level model."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(counted(), ensure_ascii=False) if options["json"] else page())


def jobs() -> list[dict[str, Any]]:
    """The ten jobs with their steps."""
    with (settings.BASE / "gongyi" / "home" / "effort.toml").open("rb") as file:
        return list(tomllib.load(file)["job"])


def counted() -> list[dict[str, Any]]:
    """Every job with its taps, keystrokes and seconds."""
    return [{"job": job["name"], **count(job["steps"])} for job in jobs()]


def count(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """One job: before every step one thinks (M); the hand goes between mouse and keys (H) where the kind of step changes.

    A tap is pointing and a press and a release (P 2B), so a step that is there for some people only counts for all.
    """
    taps = keys = turns = thoughts = 0
    hand = "mouse"
    for step in steps:
        if "wait" in step:
            continue
        needed = "mouse" if "tap" in step else "keys"
        turns, hand, thoughts = turns + (needed != hand), needed, thoughts + 1
        taps += needed == "mouse"
        keys += sum(1 if letter.isascii() else KEYS_OF_A_CHARACTER for letter in step.get("type", "")) + ("key" in step)
    spent = taps * (SECONDS["P"] + 2 * SECONDS["B"]) + keys * SECONDS["K"]
    spent += turns * SECONDS["H"] + thoughts * SECONDS["M"]
    return {"taps": taps, "keystrokes": keys, "seconds": round(spent, 1)}


def page() -> str:
    """The page docs/explanation/effort.md."""
    rows = [f"| {one['job']} | {one['taps']} | {one['keystrokes']} | {one['seconds']} |" for one in counted()]
    return PAGE % {"rows": "\n".join(rows)} + "\n"


PAGE = """# 一件事要点几下

<!-- 由 ./run manage effort 从 gongyi/home/effort.toml 算出，请勿手改。 -->

| 做什么 | 点几下 | 按几次键 | 约几秒 |
|---|---|---|---|
%(rows)s

这是算出来的，不是量出来的：用按键层次模型（Card、Moran、Newell，CACM 23 卷 7 期，1980），一个熟手不出错时要多久，不算网页本身的快慢。

- K 按一次键 0.28 秒（一般打字的人）；一个汉字算 3 次（全拼、按词打）。
- P 把鼠标移到一处 1.1 秒；B 按下或松开 0.1 秒，点一下是一按一松。
- H 手在鼠标和键盘之间换一次 0.4 秒；从鼠标开始。
- M 每一步之前想一下 1.35 秒。

每一步都由浏览器测试照着真做一遍，做不通测试就失败。"""
