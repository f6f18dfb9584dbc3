"""Checks of the files that Home Assistant, HACS and translators read."""
