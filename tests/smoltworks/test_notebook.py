"""SQL in a notebook: DuckDB takes this for Jupyter, whose widgets are not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

IN_JUPYTER = """
import sys, types

shell = types.SimpleNamespace(config={"IPKernelApp": {}})
sys.modules["IPython"] = types.SimpleNamespace(get_ipython=lambda: shell)
import smoltworks

print(smoltworks.open_run(sys.argv[1]).sql("select count(*) as n from batch")["n"][0])
"""


def test_sql_answers_in_a_notebook_without_widgets(small_run: Path) -> None:
    done = subprocess.run([sys.executable, "-c", IN_JUPYTER, str(small_run)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "5\n"), done.stderr
