"""What only the whole product can do: set up a county, fill the demo county."""

from gongyi.home.actions.demo import fill_demo

__all__ = ["fill_demo"]
