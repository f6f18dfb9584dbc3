"""Checks of the files read by Home Assistant, HACS and translators."""
