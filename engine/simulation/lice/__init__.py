"""Salmon lice: stages, infection, counts and treatments."""
