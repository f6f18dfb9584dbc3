"""What the flows and discovery do, against simulated services."""
