"""What triggers and conditions are told, and what they offer in the automation editor."""
