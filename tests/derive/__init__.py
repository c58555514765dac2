"""Tests of what is derived, by feature."""
