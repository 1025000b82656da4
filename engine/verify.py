"""Checks a run against every invariant and, if asked, against published statistics: python -m engine.verify"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.report.console import console, input_errors, print_json

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

    from engine.farm.schedule import Schedule
    from lake.checks import CheckResult, Report
    from lake.manifest import Manifest

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
FAILED = 1
CONFIDENCE_FROM = ("high_from_days", "medium_from_days", "low_from_days")
LICE_STAGES = ("attached", "mobile", "adult_female")
COUNTS, KEYS = "20_counts_postgres", "07_foreign_keys_postgres"


@app.command()
def verify(
    run: Annotated[Path, typer.Argument(help="The run's folder.", metavar="RUN")],
    only: Annotated[
        list[str] | None,
        typer.Option(help="Run this check alone, e.g. 04_double_booking; may be repeated.", metavar="NAME"),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            help="The database that the run was loaded into; the one that the load noted unless given.",
            metavar="DSN",
        ),
    ] = None,
    statistics: Annotated[
        bool,
        typer.Option("--statistics", help="After the checks, hold the data against published statistics."),
    ] = False,
    statistics_only: Annotated[
        bool, typer.Option("--statistics-only", help="The statistics alone, without any check.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Check every invariant on a complete run's Parquet, and its counts, sums and keys in PostgreSQL once loaded.

    Statistics are judged by the bands in schedules/biology/bands.yaml, where there is data enough.

    Exit codes: 0 every check passed, every required statistic lies within its band; 1 one failed, its offending rows
    are shown; 2 wrong input.
    """
    with input_errors():
        from engine.farm.schedule_file import read_any
        from engine.report.statistics import print_statistics, run_statistics
        from engine.report.verifying import print_results, watch
        from lake.checks import check_names, require_known, run_checks, run_reports
        from lake.errors import InputError
        from lake.manifest import read_complete
        from lake.views import connect, register

        if statistics_only and (only or to):
            raise InputError("--statistics-only", "no check is run, so none can be named", "use --statistics")
        manifest = read_complete(run)
        wanted = tuple(only or ())
        in_lake = tuple(name for name in wanted if name not in (COUNTS, KEYS))
        require_known(in_lake)
        screen = console()
        results: list[CheckResult] = []
        reports: list[Report] = []
        # the database first: when it can't be reached, that is known before a minute has passed
        database, compared = ("", []) if statistics_only else _in_postgres(run, manifest, to, wanted)
        if in_lake or not (wanted or statistics_only):
            with connect(run) as connection:
                register(connection, plan_tables(read_any(run / "schedule.yaml")))
                names = in_lake or check_names()
                results += watch(run_checks(connection, run, names), len(names), screen)
                reports = [] if wanted else run_reports(connection, run)
        results += [result for result in compared if not wanted or result.name in wanted]
        data = _data(run, results, reports, database)
        figures = run_statistics(run, manifest, screen) if statistics or statistics_only else []
        if figures:
            data["statistics"] = [figure.to_json() for figure in figures]
        if not (wanted or statistics_only):
            _keep(run, manifest, data, screen)
        if as_json:
            print_json(data)
        if not statistics_only:
            print_results(screen, results, reports, database, asked_all=not wanted)
        if figures:
            print_statistics(screen, figures)
    if any(not result.passed for result in results) or any(figure.failed for figure in figures):
        raise typer.Exit(FAILED)


def plan_tables(schedule: Schedule) -> dict[str, list[dict[str, Any]]]:
    """The rows of lake.views.PLAN_TABLES: the plan, and what the biology allows."""
    from engine.biology.health import METHOD_NAMES
    from engine.farm.schedule import to_date
    from engine.farm.sizing import biomass_flags
    from engine.simulation.lice.treatments import VACCINE

    farm, bio = schedule.farm, schedule.biology.model
    flagged = biomass_flags(schedule)
    sensors, regions = bio.sensors, [schedule.biology.region(name) for name in farm.geography_names]
    sea = len(farm.stage_names)
    return {
        "planned_batch": [
            {
                "batch_id": b.id,
                "batch_number": b.number,
                "geography_id": b.geography_id,
                "eggs": b.eggs,
                "start_date": to_date(b.start_day),
                "end_date": to_date(b.end_day),
                "harvest_target_g": b.harvest_target_g,
                "over_capacity": b.id in flagged,
            }
            for b in schedule.batches
        ],
        "planned_stay": [
            {
                "batch_id": b.id,
                "lifecycle_stage_id": s.stage,
                "container_id": c,
                "area_id": farm.container(c).place.area_id,
                "start_date": to_date(s.start_day),
                "end_date": to_date(s.end_day),
            }
            for b in schedule.batches
            for s in b.stays
            for c in s.container_ids
        ],
        "sensor_limit": [
            {
                "parameter_id": i,
                "low": sensors.physical_range[p.name][0],
                "high": sensors.physical_range[p.name][1],
                "noise_sd": sensors.noise_sd[p.name],
                "bias_sd": sensors.bias_sd[p.name],
                "drift_low": sensors.drift_a_month[p.name][0],
                "drift_high": sensors.drift_a_month[p.name][1],
                "resolution": sensors.resolution[p.name],
            }
            for i, p in enumerate(farm.model.parameters, 1)
        ],
        "fcr_band": [
            {"geography_id": g, "lifecycle_stage_id": stage, "mean": mean, "sd": sd}
            for g, region in enumerate(regions, 1)
            for stage, mean, sd in (
                *((i, fcr, bio.stages.fcr_sd) for i, fcr in enumerate(bio.stages.fcr, 1)),
                (sea, region.sea_fcr, region.sea_fcr_sd),
            )
        ],
        "exchange_rate": [
            {"geography_id": g, "per_eur": region.currency_per_eur} for g, region in enumerate(regions, 1)
        ],
        "lice_limit": [
            {
                "geography_id": g,
                "month": month,
                "limit_females": limit,
                "treated_above": limit * region.treatment_trigger,
            }
            for g, region in enumerate(regions, 1)
            for month, limit in enumerate(region.adult_female_limit, 1)
        ],
        "treatment_rule": [
            {
                "method": name,
                "treatment_type": method.type,
                "duration_days": method.duration_days,
                "withholding_days": method.withholding_days,
                "fasting_days": method.fasting_days,
            }
            for name in METHOD_NAMES
            for method in [bio.treatments.methods.of(name)]
        ]
        + [
            {
                "method": VACCINE,
                "treatment_type": "vaccination",
                "duration_days": bio.treatments.vaccination.duration_days,
                "withholding_days": bio.treatments.vaccination.withholding_days,
                "fasting_days": 0,
            }
        ],
        "parameter": [
            {"name": name, "value": value}
            for name, value in (
                ("readings_per_day", farm.model.readings_per_day),
                ("service_interval_days", sensors.service_interval_days),
                ("respiration_size_exponent", bio.respiration.size_exponent),
                ("appetite_sd", bio.feed.appetite_sd),
                ("bag_kg", bio.feed.bag_kg),
                ("summary_days", bio.feed.summary_days),
                ("summary_least_growth", bio.feed.summary_least_growth),
                *zip(CONFIDENCE_FROM, bio.feed.summary_confidence_days, strict=True),
                *(
                    (f"lice_count_size_{stage}", size)
                    for stage, size in zip(LICE_STAGES, bio.lice.count_size, strict=True)
                ),
                ("treatment_lead_days", bio.lice.treatment_lead_days),
                ("treatment_interval_days", bio.lice.treatment_interval_days),
                ("treatment_rings_a_day", bio.lice.treatment_rings_a_day),
                ("successful_reduction", bio.treatments.successful_reduction),
                ("partial_reduction", bio.treatments.partial_reduction),
                ("vaccination_stage", bio.mortality.vaccination_stage),
                ("vaccination_day", bio.mortality.vaccination_day),
                ("harvest_rings_a_day", bio.harvest.rings_a_day),
                ("gutted_yield", bio.harvest.gutted_yield),
                ("gutted_yield_sd", bio.harvest.gutted_yield_sd),
                ("reject_discard_share", bio.harvest.reject_discard_share),
                ("feed_share_of_cost", bio.trade.feed_share_of_cost),
                ("smolt_cost_per_fish", bio.trade.smolt_cost_per_fish),
                ("smolt_cost_per_kg", bio.trade.smolt_cost_per_kg),
                ("sample_size", bio.growth.sample_size),
                ("fcr_least_growth", bio.monitoring.fcr_least_growth),
                *((f"selection_sd_{i}", sd) for i, sd in enumerate(bio.monitoring.selection_sd, 1)),
            )
        ],
    }


def _in_postgres(
    run: Path, manifest: Manifest, to: str | None, wanted: tuple[str, ...]
) -> tuple[str, list[CheckResult]]:
    """Which database was compared, and the results; '' and none when the run was not loaded or it isn't asked."""
    import time
    from contextlib import nullcontext

    import psycopg

    from lake.checks import ROWS_SHOWN, CheckResult, plain
    from lake.errors import InputError
    from warehouse.embedded import has_database
    from warehouse.reconciling.reconcile import reconcile
    from warehouse.record import loaded_target, target_dsn
    from warehouse.target import without_password

    if wanted and not {COUNTS, KEYS} & set(wanted):
        return "", []
    reached: AbstractContextManager[str]
    if to is not None:
        name, reached = without_password(to), nullcontext(to)
    elif (target := loaded_target(run)) is not None:
        name, reached = target.dsn or "the run's own server", target_dsn(run, target)
    elif wanted:
        raise InputError(str(run), "this run was not loaded", f"load it: python -m engine.load {run}")
    elif has_database(run):
        return f"a load was begun and not finished, so PostgreSQL is not checked: python -m engine.load {run}", []
    else:
        return "", []
    begun = time.perf_counter()
    try:
        with reached as dsn:
            found = reconcile(run, manifest, dsn)
    except (InputError, psycopg.Error) as error:
        if to is not None and isinstance(error, InputError):
            raise
        row = {"what": "the database that the run was loaded into can be compared", "found": str(error)}
        return f"{name}: not compared", [CheckResult(COUNTS, 1, (row,), time.perf_counter() - begun)]
    seconds = time.perf_counter() - begun
    results = []
    for check, of_keys in ((KEYS, True), (COUNTS, False)):
        offences = [d for d in found if d.check.endswith("contradictory keys") == of_keys]
        rows = tuple(
            {"what": d.check, "expected": plain(d.expected), "found": plain(d.found)} for d in offences[:ROWS_SHOWN]
        )
        results.append(CheckResult(check, len(offences), rows, seconds))
        seconds = 0.0  # one comparison gives both
    return f"{name}: {found.comparisons:,} figures compared", results


def _keep(run: Path, manifest: Manifest, data: dict[str, object], screen: Console) -> None:
    """Note the result beside the run, where the summary finds it; a run that cannot be written to is no failure."""
    from engine.report.summary import record_verification

    try:
        record_verification(run, manifest, data)
    except OSError as error:
        screen.print(f"note: the result was not kept: {error}", markup=False, soft_wrap=True)


def _data(run: Path, results: list[CheckResult], reports: list[Report], database: str) -> dict[str, object]:
    failed = sum(not r.passed for r in results)
    return {
        "run": str(run),
        "passed": len(results) - failed,
        "failed": failed,
        "checks": [
            {
                "name": r.name,
                "violations": r.violations,
                "seconds": round(r.seconds, 3),
                "rows": list(r.rows),
            }
            for r in results
        ],
        "reports": {r.name: list(r.rows) for r in reports},
        "postgres": database or "not loaded: PostgreSQL not checked",
    }


if __name__ == "__main__":
    app()
