"""Tests of Status Tracker."""
