"""Rations, feed lots, stores and the feed market."""
