"""Forms of home: clean values from what was typed; they never save."""

from gongyi.home.forms.inbox import DigestForm

__all__ = ["DigestForm"]
