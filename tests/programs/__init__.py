"""Programs as NumPy users write them, each checked against central differences."""
