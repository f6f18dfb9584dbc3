"""Source for Jellyfin."""
