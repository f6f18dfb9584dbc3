"""Sources: poll the services and receive their webhooks and push events as evidence."""
