"""Errors meant for the person who runs a command."""

from __future__ import annotations


class InputError(Exception):
    """Wrong input: the message says what was found, where, what was expected and what to do. Exit code 2."""

    def __init__(self, where: str, problem: str, cure: str = "") -> None:
        self.where, self.problem, self.cure = where, problem, cure
        super().__init__(f"{where}: {problem}" + (f"\n  {cure}" if cure else ""))
