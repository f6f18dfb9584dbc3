"""Jellyfin as a source."""
