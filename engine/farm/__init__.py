"""The farm's infrastructure and the schedule of batches that run on it."""
