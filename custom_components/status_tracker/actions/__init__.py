"""What the actions do, and their responses."""
