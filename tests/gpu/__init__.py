"""What only a GPU can show; skipped, with the reason, where there is none."""
