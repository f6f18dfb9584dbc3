"""Texts, posters and diagnostics."""
