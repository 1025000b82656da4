"""Which batches, rings, places and days a chart shows, and the run it is drawn from."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from engine.report.charts.stays import make_stays
from lake.checked import OnStep, read_checked, unheard
from lake.errors import InputError
from lake.held import held_for_reading
from lake.manifest import Manifest
from lake.next_step import overwrite
from lake.views import Connection, connect

if TYPE_CHECKING:
    import polars as pl

    from engine.farm.schedule import Schedule

NAMES = {
    "batches": ("batch", "SELECT batch_number FROM batch ORDER BY id"),
    "rings": ("ring", "SELECT name FROM container ORDER BY id"),
    "areas": ("area", "SELECT name FROM area UNION ALL SELECT name FROM station"),
    "geographies": ("geography", "SELECT name FROM geography ORDER BY id"),
}
COLUMNS = {"batches": "batch", "rings": "ring", "areas": "site", "geographies": "geography"}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a chart shows; nothing given is everything. Names may hold * and ?; `until` is the first day after.

    rings: containers, on land too. areas: sea areas, or stations.
    """

    batches: Sequence[str] = ()
    rings: Sequence[str] = ()
    areas: Sequence[str] = ()
    geographies: Sequence[str] = ()
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.since >= self.until:
            raise InputError("--until", f"{self.until} is not after {self.since}", "give a later day")

    @property
    def by_ring(self) -> bool:
        """Whether rings are told apart, not batches."""
        return bool(self.rings)

    @property
    def words(self) -> str:
        """As a subtitle says it: the names, or `all batches`."""
        named = [name for key in COLUMNS for name in getattr(self, key)]
        days = [f"since {self.since}"] if self.since else []
        days += [f"until {self.until}"] if self.until else []
        return ", ".join([_listed(named, 4) if named else "all batches", *days])


@dataclass(frozen=True)
class Source:
    """A complete run, open for charts: `lake` has its tables as views, and those of stays.PREPARED."""

    run_dir: Path
    manifest: Manifest
    lake: Connection = field(repr=False)

    @property
    def as_of(self) -> date:
        """The data's today."""
        return date.fromisoformat(self.manifest.identity.as_of)

    @cached_property
    def schedule(self) -> Schedule:
        """The schedule as the run keeps it."""
        from engine.execution.inputs import read_inputs

        return read_inputs(self.run_dir, self.manifest.identity)

    def choose(self, chosen: Chosen) -> None:
        """Make the table chosen_stay of the stays that are shown; InputError for a name that is not in the run."""
        conditions = self.conditions(chosen)
        if chosen.since:
            conditions.append(f"end_day > DATE '{chosen.since}'")
        if chosen.until:
            conditions.append(f"first_day < DATE '{chosen.until}'")
        kept = " AND ".join(["true", *conditions])
        self.lake.execute(f"CREATE OR REPLACE TEMP TABLE chosen_stay AS FROM stay WHERE {kept}")
        if not self.lake.execute("SELECT count(*) FROM chosen_stay").fetchall()[0][0]:
            raise InputError(chosen.words, "no fish stood there then", self._spans())

    def conditions(self, chosen: Chosen, *, but: str = "") -> list[str]:
        """The choice as SQL on columns batch, ring, site and geography; `but` names one that is left out."""
        conditions = []
        for key, (what, query) in NAMES.items():
            if (patterns := getattr(chosen, key)) and key != but:
                names = self._matching(what, patterns, [row[0] for row in self.lake.execute(query).fetchall()])
                listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
                conditions.append(f"{COLUMNS[key]} IN ({listed})")
        return conditions

    def rows(self, query: str, chosen: Chosen, *, every: int = 1) -> pl.DataFrame:
        """A query's rows; $since, $until and $every in it are the chosen days and the days between two points."""
        import polars as pl

        since, until = chosen.since or date.min.replace(year=1000), chosen.until or date(9000, 1, 1)
        values: dict[str, Any] = {"since": since, "until": until, "every": every}
        try:
            asked = self.lake.sql(query, params={k: v for k, v in values.items() if f"${k}" in query})
            found = pl.from_arrow(asked.to_arrow_table())
        except duckdb.CatalogException as error:
            cure = f"run it again: {overwrite(self.run_dir)}"
            raise InputError(str(self.run_dir), f"another version made it: {error}", cure) from None
        assert isinstance(found, pl.DataFrame)
        return found

    def _matching(self, what: str, patterns: Sequence[str], names: list[str]) -> list[str]:
        found = []
        for pattern in patterns:
            if not (matching := [name for name in names if fnmatchcase(name.lower(), pattern.lower())]):
                near = difflib.get_close_matches(pattern, names, n=3, cutoff=0.4)
                cure = f"the nearest: {', '.join(near)}" if near else f"the run has {_listed(names, 6)}"
                raise InputError(f"--{what}", f"no {what} of the run is called {pattern!r}", cure)
            found += matching
        return found

    def nothing(self, chosen: Chosen, what: str, span: str) -> InputError:
        """What to raise where no row is chosen; `span` selects the first and the last day that there are rows of."""
        first, last = self.lake.execute(span).fetchall()[0]
        there = f"there is some from {first} to {last}" if first else f"the run has no {what} at all"
        return InputError(chosen.words, f"has no {what}", f"{there}: choose otherwise")

    def _spans(self) -> str:
        """What would not be empty."""
        rows = self.lake.execute(
            "SELECT min(assignment_date), (SELECT as_of FROM run) FROM container_assignment"
        ).fetchall()
        return f"the run tells of {rows[0][0]} to {rows[0][1]}; leave one of the choices out"


@contextmanager
def open_source(run_dir: Path, *, check: bool = True, on_step: OnStep = unheard) -> Iterator[Source]:
    """A complete run, its files held against the manifest unless `check` is false; InputError otherwise."""
    with held_for_reading(run_dir):
        manifest = read_checked(run_dir, check=check, on_step=on_step)
        with connect(run_dir, manifest) as lake:
            make_stays(lake)
            yield Source(run_dir=run_dir, manifest=manifest, lake=lake)


def _listed(names: Sequence[str], most: int) -> str:
    """The first of them, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
