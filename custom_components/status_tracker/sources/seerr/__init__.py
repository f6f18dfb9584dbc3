"""Source for Seerr."""
