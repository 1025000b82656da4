"""Runs partitions in parallel and keeps the run's record."""
