"""Numbers that stand for things in every table and every room."""

SEA = 6
"""The life-cycle stage (1 to 6) that is lived at sea, in rings."""
