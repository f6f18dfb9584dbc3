"""Tests of the simulated stack itself: it must have the services' real habits."""
