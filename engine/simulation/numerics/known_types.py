"""What numba finds of a call's types, remembered while kernels are compiled: it would look for each some ten times.

To type `a + b` numba tries all that was ever written for `+`, words for an error told at each that does not fit. What
it finds depends on the function and the types of what it is given, which are alike all over the kernels.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

functions: Any = importlib.import_module("numba.core.types.functions")
lock: Any = importlib.import_module("numba.core.compiler_lock").global_compiler_lock

_look = functions.BaseFunction.get_call_type
_found: dict[tuple[Any, ...], tuple[Any, Any]] = {}  # to the signature, and the key of what implements it


@contextmanager
def remembered_types() -> Iterator[None]:
    """Within, calls are typed as they were before; others that compile meanwhile wait, as they would anyway."""
    with lock:
        before = functions.BaseFunction.get_call_type
        functions.BaseFunction.get_call_type = _remembered
        try:
            yield
        finally:
            functions.BaseFunction.get_call_type = before


def _remembered(self: Any, context: Any, args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
    asked = (self, context, tuple(args), *kws.items())
    known = _found.get(asked)
    if known is None:
        signature = _look(self, context, args, kws)
        if signature is not None:
            _found[asked] = signature, self._impl_keys[signature.args]
        return signature
    signature, self._impl_keys[signature.args] = known[0], known[1]
    return signature
