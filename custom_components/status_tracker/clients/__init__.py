"""Speak with the services: one file a service, nothing of Home Assistant."""
