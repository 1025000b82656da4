"""A run as one page: what its data holds and why to trust it, in a file that needs no network and no server."""
