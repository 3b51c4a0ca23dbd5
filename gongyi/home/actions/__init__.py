"""What only the whole product can do: set up a county, fill the demo county."""

from gongyi.home.actions.demo import fill_demo
from gongyi.home.actions.first import call_done

__all__ = ["call_done", "fill_demo"]
