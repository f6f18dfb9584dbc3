"""A busy household over a long time, compressed: nothing grows."""
