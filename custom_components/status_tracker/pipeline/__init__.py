"""Evaluation of requests: pure functions of the evidence and the time, without I/O."""
