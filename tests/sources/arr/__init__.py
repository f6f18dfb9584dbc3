"""The sources of Radarr and Sonarr."""
