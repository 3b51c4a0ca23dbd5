"""What all tests of official documents need."""

import pytest

from gongyi.core.errors import Refused
from gongyi.documents.official import fonts


@pytest.fixture(scope="session")
def chinese_fonts() -> None:
    """Skips on a machine without Chinese fonts: nothing of this can be drawn there."""
    try:
        fonts.faces(fonts.installed().families())
    except Refused:
        pytest.skip(f"no Chinese font is installed (apt install {fonts.PACKAGE})")
