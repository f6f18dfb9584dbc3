"""Radarr and Sonarr as sources."""
