"""Decides which batch is where, when."""
