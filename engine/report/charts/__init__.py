"""Charts of a run: what each shows of the data, and how all of them look."""
