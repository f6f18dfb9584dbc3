"""Representations of requests: texts, attributes, and redacted diagnostics."""
