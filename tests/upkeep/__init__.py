"""Reloads, and settings that change in a service."""
