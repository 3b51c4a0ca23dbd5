"""How a number of people is told to everybody (rights.md D9): small ones not at all, others to the nearest five."""

HIDDEN, STEP = 10, 5  # counts from 1 up to below HIDDEN are not told; the others to the nearest STEP
LESS = f"<{HIDDEN}"


def rounded(number: int) -> int:
    """To the nearest five."""
    return STEP * ((number + STEP // 2) // STEP)
