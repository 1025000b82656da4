"""What a person reads: tables, progress and summaries."""
