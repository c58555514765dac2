"""What of a function differentiates, what is only kept, and what is refused: before it is run."""
