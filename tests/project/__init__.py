"""The project itself: packaging, documentation, examples."""
