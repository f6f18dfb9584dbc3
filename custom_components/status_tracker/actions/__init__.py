"""Implementation of the actions and their responses."""
