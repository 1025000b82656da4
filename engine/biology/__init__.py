"""Published parameters of fish, feed and water."""
