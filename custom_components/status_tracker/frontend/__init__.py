"""The card with its resource, data feed and WebSocket commands."""
