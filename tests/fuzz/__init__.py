"""Recorded answers and webhooks, changed in every way that comes to mind."""
