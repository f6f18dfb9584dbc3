"""Titles, names, paths and messages written by somebody who wants to break something."""
