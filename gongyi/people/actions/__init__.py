"""Writes about people who work here; see the modules: accounts, grants, devices, access_log, posts, hand-over."""
