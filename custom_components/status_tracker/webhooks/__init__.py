"""Webhooks of the services and their registration."""
