"""Tests of the printer and the loader."""
