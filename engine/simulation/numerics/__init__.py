"""Arithmetic that is exact on every machine, compilation of kernels, streams of draws, series."""
