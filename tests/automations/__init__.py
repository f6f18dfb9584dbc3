"""Triggers and conditions, through real automations."""
