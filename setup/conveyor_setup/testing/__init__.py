"""The test suite: its groups, how they run, and what came out."""
