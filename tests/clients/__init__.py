"""Tests of the clients, against real HTTP on loopback."""
