"""The lake against the database: rows, sums and keys."""
