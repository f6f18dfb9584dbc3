"""Tests of the pipeline: pure, without HTTP and without Home Assistant."""
