"""What is told of a request: texts, attributes, diagnostics without secrets."""
