"""The actions and their responses."""
