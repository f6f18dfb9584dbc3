"""The source of Jellyfin."""
