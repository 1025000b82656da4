"""What typer tells of a command line, in whole words: its help, and what an option that is missing or wrong means."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

import typer


def keep_words_whole() -> None:
    """Help is broken between words, not at the hyphens of names and options."""
    with suppress(ImportError, AttributeError):  # typer's own copy of click, or click itself
        home = typer.Context.formatter_class.__module__.rpartition(".")[0]
        wrapper = import_module(f"{home}._textwrap").TextWrapper
        wrapper.wordsep_re = wrapper.wordsep_simple_re


def meaning(error: BaseException | None) -> str:
    """What the option or argument means that an error of the command's line is about; "" where it is about none."""
    parameter = getattr(error, "param", None)
    words = getattr(parameter, "help", None)
    if parameter is None or not words:
        return ""
    is_option = parameter.param_type_name == "option"
    name = max(parameter.opts, key=len) if is_option else parameter.metavar or parameter.name.upper()
    return f"{name}: {words}"
