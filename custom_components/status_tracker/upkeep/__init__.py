"""What keeps an entry in step with its services."""
