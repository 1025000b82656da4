"""Breaks runs, loads and inputs by chance, many times, and holds that nothing wrong ever looks right."""
