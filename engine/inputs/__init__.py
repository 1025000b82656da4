"""YAML files read strictly, with errors that name file, key, value and cure."""
