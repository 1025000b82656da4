"""Fish in a container: growth, death, stages, and the history of a batch."""
