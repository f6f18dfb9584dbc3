"""The webhooks that services post to, and their registration."""
