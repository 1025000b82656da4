"""The Parquet lake: table declarations, writer, manifest, views and checks."""
