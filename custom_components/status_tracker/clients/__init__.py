"""Clients of the services: one file per service, independent of Home Assistant."""
