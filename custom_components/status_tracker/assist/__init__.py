"""Assist: the sentences it understands, and its answers."""
