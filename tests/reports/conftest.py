"""What the tests of reports share with those of casework."""

import pytest

from tests.casework import test_workflow
from tests.casework.conftest import land

__all__ = ["land", "put"]


@pytest.fixture
def put():
    """Brings a new case into a state by the moves that lead there."""
    return test_workflow.put
