"""Clients of the services, independent of Home Assistant."""
