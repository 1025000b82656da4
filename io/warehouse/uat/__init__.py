"""The UAT's tables, and how each column of them is filled from the lake."""
