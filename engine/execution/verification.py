"""A run held against every invariant, against the database that it was loaded into, and against statistics."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from engine.biology.bands import read_bands
from engine.execution.inputs import read_inputs
from engine.execution.kept_verification import keep_verification
from engine.execution.plan_tables import plan_tables
from engine.statistics.measure import Measures
from engine.statistics.table import FAMILIES, Statistic, compute_measures, judge, run_records
from lake.checked import OnStep, read_checked
from lake.checks import (
    ROWS_SHOWN,
    CheckResult,
    Report,
    check_names,
    plain_value,
    require_check_names,
    run_checks,
    run_reports,
)
from lake.errors import InputError
from lake.held import held_for_reading
from lake.manifest import Manifest
from lake.next_step import command
from lake.views import connect, register_plan
from warehouse.database import without_password
from warehouse.loaded_target import loaded_target, target_dsn
from warehouse.reconciling.reconcile import reconcile
from warehouse.run_folder import has_database
from warehouse.server_users import Tell, silent

COUNTS, KEYS = "20_counts_postgres", "07_foreign_keys_postgres"
OWN = "the run's own server"


@dataclass(frozen=True)
class Verification:
    """What was found. `database`: which one was compared, or why none; "" where none was loaded or none was asked for.

    statistics: required ones first; none unless asked for. not_kept: why the result could not be noted in the run's
    folder; "" where it was, or where only a part was asked for.
    """

    run_dir: Path
    checks: tuple[CheckResult, ...]
    reports: tuple[Report, ...]
    database: str
    statistics: tuple[Statistic, ...]
    not_kept: str = ""

    @property
    def passed(self) -> bool:
        """Whether every check passed and every required statistic lies within its band."""
        return all(check.passed for check in self.checks) and not any(figure.failed for figure in self.statistics)

    def to_json(self) -> dict[str, Any]:
        failed = sum(not check.passed for check in self.checks)
        data: dict[str, Any] = {
            "run": str(self.run_dir),
            "passed": len(self.checks) - failed,
            "failed": failed,
            "checks": [
                {
                    "name": check.name,
                    "violations": check.violations,
                    "seconds": round(check.seconds, 3),
                    "rows": list(check.rows),
                }
                for check in self.checks
            ],
            "reports": {report.name: list(report.rows) for report in self.reports},
            "postgres": self.database or "not loaded: PostgreSQL not checked",
        }
        if self.statistics:
            data["statistics"] = [figure.to_json() for figure in self.statistics]
        return data


def verify_run(
    run_dir: Path,
    *,
    only: tuple[str, ...] = (),
    dsn: str | None = None,
    with_statistics: bool = False,
    on_step: OnStep = lambda what, done, of: None,
    tell: Tell = silent,
) -> Verification:
    """Run every check, or those of `only`, on a complete run, and on its database once it is loaded.

    dsn: the database to compare; unless given, the one that the load noted. tell: hears when the run's own server can't
    be stopped yet, for others use it. A verification of everything is kept in the run's folder for the summary.
    InputError when the run is not complete, a check is unknown, or `dsn` holds no load of the run.
    """
    with held_for_reading(run_dir):
        return _verify(run_dir, only, dsn, with_statistics=with_statistics, on_step=on_step, tell=tell)


def _verify(
    run_dir: Path, only: tuple[str, ...], dsn: str | None, *, with_statistics: bool, on_step: OnStep, tell: Tell
) -> Verification:
    """`verify_run`, once nobody can change the run."""
    in_lake = tuple(name for name in only if name not in (COUNTS, KEYS))
    require_check_names(in_lake)
    manifest = read_checked(run_dir, cached=False, on_step=on_step)
    checks: list[CheckResult] = []
    reports: list[Report] = []
    # the database first: when it can't be reached, that is known before a minute has passed
    database, compared = _compare_database(run_dir, manifest, dsn, only, tell=tell)
    if in_lake or not only:
        names = in_lake or check_names()
        schedule = read_inputs(run_dir, manifest.identity)
        with connect(run_dir, manifest) as connection:
            register_plan(connection, plan_tables(schedule))
            on_step("checking", 0, len(names))
            for done, result in enumerate(run_checks(connection, run_dir, names), 1):
                checks.append(result)
                on_step(result.name, done, len(names))
            checks.sort(key=lambda check: names.index(check.name))
            reports = [] if only else run_reports(connection, run_dir)
    checks += [result for result in compared if not only or result.name in only]
    figures = compute_statistics(run_dir, manifest, on_step) if with_statistics else []
    found = Verification(
        run_dir=run_dir,
        checks=tuple(checks),
        reports=tuple(reports),
        database=database,
        statistics=tuple(figures),
    )
    return found if only else _keep(found, manifest)


def run_statistics(run_dir: Path, on_step: OnStep = lambda what, done, of: None) -> list[Statistic]:
    """Every statistic of a complete run beside its band, required ones first; its bytes are checked before."""
    with held_for_reading(run_dir):
        return compute_statistics(run_dir, read_checked(run_dir, cached=False, on_step=on_step), on_step)


def compute_statistics(run_dir: Path, manifest: Manifest, on_step: OnStep) -> list[Statistic]:
    """`run_statistics` of files that were held against the manifest."""
    bands, records = read_bands(), run_records(run_dir, manifest)
    measures: Measures = {}
    on_step("statistics", 0, len(FAMILIES))
    for done, found in enumerate(compute_measures(records), 1):
        measures |= found
        on_step("statistics", done, len(FAMILIES))
    return judge(bands, measures, records.geographies)


def _keep(found: Verification, manifest: Manifest) -> Verification:
    """Note the result beside the run; a run that cannot be written to is no failure."""
    try:
        keep_verification(found.run_dir, manifest, found.to_json())
    except (OSError, InputError) as error:
        return replace(found, not_kept=str(error))
    return found


def _compare_database(
    run_dir: Path, manifest: Manifest, dsn: str | None, only: tuple[str, ...], *, tell: Tell
) -> tuple[str, list[CheckResult]]:
    """Which database was compared, and the results; "" and none when the run was not loaded or it isn't asked."""
    if only and not {COUNTS, KEYS} & set(only):
        return "", []
    reached: AbstractContextManager[str]
    if dsn is not None:
        name, reached = without_password(dsn), nullcontext(dsn)
    elif (target := loaded_target(run_dir)) is not None:
        name, reached = target.dsn or OWN, target_dsn(run_dir, target, tell)
    elif only:
        raise InputError(str(run_dir), "this run was not loaded", f"load it: {command('load', run_dir)}")
    elif has_database(run_dir):
        return f"a load was begun and not finished, so PostgreSQL is not checked: {command('load', run_dir)}", []
    else:
        return "", []
    begun = time.perf_counter()
    try:
        with reached as address:
            found = reconcile(run_dir, manifest, address)
    except (InputError, psycopg.Error) as error:
        if dsn is not None and isinstance(error, InputError):
            raise
        row = {
            "what": "the database that the run was loaded into can be compared",
            "found": "\n".join([str(error), *getattr(error, "__notes__", ())]),
        }
        return f"{name}: not compared", [
            CheckResult(name=COUNTS, violations=1, rows=(row,), seconds=time.perf_counter() - begun)
        ]
    seconds = time.perf_counter() - begun
    results = []
    for check, with_keys in ((KEYS, True), (COUNTS, False)):
        offences = [d for d in found if d.check.endswith("contradictory keys") == with_keys]
        rows = tuple(
            {"what": d.check, "expected": plain_value(d.expected), "found": plain_value(d.found)}
            for d in offences[:ROWS_SHOWN]
        )
        results.append(CheckResult(name=check, violations=len(offences), rows=rows, seconds=seconds))
        seconds = 0.0  # one comparison gives both
    compared = f"{name}: {found.comparisons:,} figures compared"
    if found:
        to = () if name == OWN else ("--to", name)
        anew = f"{command('load', run_dir, *to, '--wipe', '--yes')} && {command('load', run_dir, *to)}"
        compared += f", {len(found):,} of them differ; load it anew: {anew}"
    return compared, results
