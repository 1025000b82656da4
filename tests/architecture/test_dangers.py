"""Nothing that is read from outside runs as code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture import dangers
from tests.architecture.planted import Rule, findings, offenders, plant
from tests.architecture.source import Source


@pytest.mark.parametrize("rule", [dangers.running_what_is_read, dangers.sql_from_text], ids=lambda rule: rule.__name__)
def test_there_is_none(rule: Rule, source: Source) -> None:
    assert findings(rule, source) == []


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "def late() -> None:\n    from shelve import open",
        "import joblib.memory",
        "eval('1')",
        "exec(text)",
        "import os\nos.system(text)",
        "import subprocess\nsubprocess.run(text, shell=True)",
        "import subprocess\nsubprocess.run(text, shell=asked)",
        "import numpy as np\nnp.load(path, allow_pickle=True)",
        "import yaml\nyaml.load(text, Loader=yaml.SafeLoader)",
        "import yaml\nyaml.unsafe_load(text)",
        "import tempfile\nplace = tempfile.gettempdir() + '/ours'",
        "import yaml\nLOADER = yaml.Loader",
    ],
)
def test_what_runs_a_text_is_found(text: str, tmp_path: Path) -> None:
    source = plant(tmp_path, {"io/lake/writer.py": text})
    assert offenders(dangers.running_what_is_read, source) == {"lake.writer"}


@pytest.mark.parametrize(
    "text",
    [
        "import subprocess\nsubprocess.run([program], shell=False)",
        "import numpy as np\nnp.load(path)",
        "import yaml\nyaml.safe_dump(data)",
        "import json\njson.loads(text)",
    ],
)
def test_what_only_reads_is_not(text: str, tmp_path: Path) -> None:
    assert not offenders(dangers.running_what_is_read, plant(tmp_path, {"io/lake/writer.py": text}))


@pytest.mark.parametrize(
    "text",
    [
        "connection.execute(f'DROP TABLE {name}')",
        "connection.execute('DROP TABLE ' + name)",
        "connection.execute('DROP TABLE %s' % name)",
        "self.connection.execute('DROP TABLE {}'.format(name))",
        "cursor.copy(f'COPY {name} FROM STDIN')",
        "connection.execute(sql.SQL(f'DROP TABLE {name}'))",
    ],
)
def test_sql_put_together_as_text_is_found(text: str, tmp_path: Path) -> None:
    source = plant(tmp_path, {"io/warehouse/load.py": text})
    assert offenders(dangers.sql_from_text, source) == {"warehouse.load"}


@pytest.mark.parametrize(
    "text",
    [
        "connection.execute('SELECT 1 WHERE %s', (name,))",
        "connection.execute(sql.SQL('DROP TABLE {}').format(sql.Identifier(name)))",
        "connection.execute(sql.SQL('SELECT ') + condition)",
        "lake.execute(f'FROM {declared}')",
    ],
)
def test_sql_whose_values_are_quoted_is_not(text: str, tmp_path: Path) -> None:
    assert not offenders(dangers.sql_from_text, plant(tmp_path, {"io/warehouse/load.py": text}))
