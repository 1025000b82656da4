"""What a schedule will come to before it is run: rows, growth, and what is certain at the as-of date."""
