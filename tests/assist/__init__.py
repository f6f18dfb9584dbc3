"""Tests of assist/."""
