"""What concerns several batches of a place, told before any of them is lived."""
