"""What the card is served and told."""
