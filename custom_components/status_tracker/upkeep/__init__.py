"""Synchronization of an entry with changes of its services."""
