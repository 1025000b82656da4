"""The drawing library that goes into a page: Vega and Vega-Lite, as vl-convert carries them."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from types import TracebackType

SNIPPET = "window.vegaEmbed = vegaEmbed;"  # of vl-convert's other names some are undefined
MAKE = f"import sys, vl_convert; sys.stdout.buffer.write(vl_convert.javascript_bundle({SNIPPET!r}).encode())"


class VegaBundle:
    """The library's text, made by a process of its own, since it takes seconds in which nothing else would run.

    `text` waits for it. Leaving the block ends a process that nobody waited for.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", MAKE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> VegaBundle:
        return self

    def text(self) -> str:
        """The library as one script, fit to stand within a page."""
        made, _ = self._process.communicate()
        if self._process.returncode:
            import vl_convert

            made = vl_convert.javascript_bundle(SNIPPET).encode()
        return made.decode().replace("</script", "<\\/script")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def licences() -> str:
    """The licences of what the library holds."""
    return files("engine.report.page").joinpath("LICENCES.txt").read_text(encoding="utf-8")
