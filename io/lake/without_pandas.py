"""Arrow looks for pandas when it first makes an array of Python's values; who needs it for nothing goes without."""

from __future__ import annotations

import sys


class WithoutPandas:
    """Has no module find pandas, which takes .3 s or more and 30 MB wherever it happens to be installed."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Nothing, of other modules."""
        if name == "pandas":
            raise ModuleNotFoundError("a worker or a command goes without pandas", name=name)


def go_without_pandas() -> None:
    """From now on in this process, which is a command's or a worker's, never a user's own."""
    sys.meta_path.insert(0, WithoutPandas)
