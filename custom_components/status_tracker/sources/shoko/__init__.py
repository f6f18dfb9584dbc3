"""Source for Shoko."""
