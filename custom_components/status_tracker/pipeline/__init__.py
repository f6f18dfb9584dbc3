"""Decide where a request is: pure functions over the evidence, no I/O, no clock of their own."""
