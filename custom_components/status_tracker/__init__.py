"""Status Tracker: where is my request."""
