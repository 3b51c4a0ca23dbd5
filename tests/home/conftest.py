"""The small county of casework serves the residents' pages too."""

from tests.casework.conftest import land

__all__ = ["land"]
