"""The programs themselves, by theme; each stands beside its registration."""
