"""The source of Shoko."""
