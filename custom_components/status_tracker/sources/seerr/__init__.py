"""Seerr as a source."""
