"""Tests of the sources, against the simulated stack."""
