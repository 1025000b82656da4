"""The documentation: its generated pages, its links, its figures, and its blocks as a reader types them."""
