"""What is told of a request: the mirror of reports/."""
