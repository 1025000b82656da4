"""Write the generated pages: python -m tests.docs; with --figures RUN, the figures and the page beside them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.docs.generated import write
from tests.docs.pages import ROOT


def main() -> None:
    """Write what is stale and name it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--figures", type=Path, metavar="RUN", help="draw the figures from a run of some hundred batches"
    )
    given = parser.parse_args()
    changed = write()
    if given.figures is not None:
        from tests.docs.figures import draw

        changed += draw(given.figures)
    for path in changed:
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
