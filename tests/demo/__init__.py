"""The demo: a simulated household, a real Home Assistant, and requests that travel."""
