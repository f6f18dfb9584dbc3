"""A simulated media household on loopback: real HTTP over one scripted world."""
