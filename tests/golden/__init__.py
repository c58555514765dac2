"""Functions, and what is emitted for them, side by side."""
