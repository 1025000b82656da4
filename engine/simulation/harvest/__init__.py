"""The harvest: fish by grade and size, and the lots that they make."""
