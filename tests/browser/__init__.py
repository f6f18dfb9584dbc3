"""The card, the dashboard and the dialog in a real browser against a real Home Assistant."""
