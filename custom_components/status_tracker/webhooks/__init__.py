"""The webhooks that services post to, and how they are registered."""
