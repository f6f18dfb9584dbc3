"""Shoko as a source."""
