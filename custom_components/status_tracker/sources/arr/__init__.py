"""Sources for Radarr and Sonarr."""
