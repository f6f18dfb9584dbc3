"""Storage of data kept across restarts."""
