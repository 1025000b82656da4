"""All commands as one: python -m smoltworks"""

from __future__ import annotations

from engine.commands import main

if __name__ == "__main__":
    main()
