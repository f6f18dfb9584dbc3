"""The source of Seerr."""
