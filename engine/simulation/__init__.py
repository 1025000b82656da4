"""Turns a schedule into arrays of daily truth and rows of observation."""
