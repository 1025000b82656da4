"""What a run's data show beside what is published: statistics computed from the Parquet with Polars."""
