"""The numbers of GB/T 9704—2012 that both writers print by. Points unless the name says millimetres."""

MM = 72 / 25.4
PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 297
TOP_MM, RIGHT_MM, BOTTOM_MM, LEFT_MM = 37, 26, 35, 28  # 5.2.1; right and bottom follow from the type area, 156 × 225
WIDTH_MM, HEIGHT_MM = 156, 225
LINES, CHARACTERS = 22, 28  # 5.2.3
BODY = 16.0  # 3号
TITLE = 22.0  # 2号
SMALL = 14.0  # 4号: imprint and page number
TABLE = 12.0  # 小四; the standard leaves it open
GAP = BODY * 7 / 8  # what parts two lines (3.2)
MARK_TOP_MM = 35  # 7.2.4, below the top of the type area
ORDER_TOP_MM = 20  # 10.2, likewise
RULE_BELOW_MM = 4  # 7.2.7
RULE = 1.5  # thickness of the red rule, which the standard leaves open
THICK_MM, THIN_MM = 0.35, 0.25  # 7.4.1
NUMBER_BELOW_MM = 7  # 7.5
LETTER_TOP_MM, LETTER_FOOT_MM, LETTER_WIDTH_MM = 30, 20, 170  # 10.1, from the edges of the paper
LETTER_THICK, LETTER_THIN = 2.25, 0.75
RED = "FF0000"

# 7.2.4: not larger than the marks of those above; a long name is set smaller, then narrower.
_MARK_MOST, _MARK_LEAST = 40.0, 24.0
_MARK_WIDTH = WIDTH_MM * MM - 4


def mark_size(characters: float) -> tuple[float, float]:
    """Size and width (1 is full) of a mark of so many characters, so that it stays in one line of the type area."""
    size = max(_MARK_LEAST, min(_MARK_MOST, _MARK_WIDTH / max(characters, 1)))
    size = int(size * 2) / 2  # Word counts in half points
    return size, min(1.0, int(100 * _MARK_WIDTH / (size * max(characters, 1))) / 100)
