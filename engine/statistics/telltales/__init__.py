"""Tell-tales: figures by which someone who knows farms sees that nobody lived these data."""
