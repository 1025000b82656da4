"""Rows of the lake's event tables, one module a family, made from a batch's history."""
