"""Emission: the intermediate representation in, readable text and running functions out."""
