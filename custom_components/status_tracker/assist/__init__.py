"""Assist: sentences and answers."""
