"""Random journeys through the whole household, and what must be true of each at the end."""
