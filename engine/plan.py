"""Plans which batch is where, when, and writes the schedule: python -m engine.plan"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.report.console import input_errors, print_json, results, say, start
from engine.report.sign_of_life import doing
from lake.errors import InputError, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.planning.planned import PlanReport
    from engine.planning.schedules import Planned

PLACING = ("name", "output", "partitions")
DELIVERY = ("overwrite", "dry_run", "strict_biomass", "as_json", "picture", "workers")
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def plan(
    context: typer.Context,
    batches: Annotated[
        str | None,
        typer.Option(help="Batches in each geography; auto: the fewest with a steady state of a year.", metavar="N"),
    ] = None,
    stagger: Annotated[
        str | None,
        typer.Option(
            help="Days between starts, over all geographies together: 6; gaps in turn: 4,5; each geography's own: "
            "'Faroe Islands=8,Scotland=45/4' (four starts every 45 days); auto: as full as the farm holds, or the "
            "longest that reaches --target-saturation.",
            metavar="DAYS",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="The data's today, YYYY-MM-DD, or today, which the file then has as a date.", metavar="DATE"),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            help="The first batch's day; unless given, the last batch starts 50 days before the as-of date.",
            metavar="DATE",
        ),
    ] = None,
    farm: Annotated[str, typer.Option(help="Farm: a shipped name or a path.")] = "faroe-scotland",
    biology: Annotated[
        str,
        typer.Option(
            help="Biology, whole or an overlay that changes some parameters: a shipped name such as heat-wave, or a "
            "path. With --rehash: the one that FILE shall name."
        ),
    ] = "published",
    adult_days: Annotated[int, typer.Option(help="Longest stay at sea, days.")] = 450,
    seed: Annotated[int, typer.Option(help="Seed of every draw.")] = 1,
    rings: Annotated[
        str, typer.Option(help="Rings a batch at sea: 8, or 8-20 for as many as fill the sea.", metavar="RINGS")
    ] = "8",
    areas_per_batch: Annotated[
        int, typer.Option(help="Sea areas that a batch's rings may lie in: 1, or 2 neighbours.")
    ] = 1,
    batches_per_area: Annotated[
        str, typer.Option(help="Batches that an area may hold at once: any, or 1.", metavar="any|1")
    ] = "any",
    fallow_days: Annotated[int, typer.Option(help="Days that a container stays empty between two batches.")] = 0,
    harvest_confidence: Annotated[
        float | None,
        typer.Option(
            help="Plan each stay at sea so long that such a share of batches reaches its harvest weight, by "
            "geography and month of transfer, within --adult-days; the full --adult-days unless given."
        ),
    ] = None,
    target_saturation: Annotated[
        float | None, typer.Option(help="Share of all container-days to fill over the steady state, e.g. 0.87.")
    ] = None,
    partitions: Annotated[
        int | None, typer.Option(help="Time slices for parallel runs; about 40 batches each unless given.")
    ] = None,
    eggs: Annotated[
        str,
        typer.Option(help="Eggs a batch: fit (to the containers' limits), a number, or LO-HI.", metavar="EGGS"),
    ] = "fit",
    name: Annotated[str | None, typer.Option(help="The schedule's name; the output's unless given.")] = None,
    output: Annotated[Path | None, typer.Option(help="The schedule file to write.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace another existing output.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Plan and report, write nothing.")] = False,
    strict_biomass: Annotated[
        bool, typer.Option("--strict-biomass", help="Refuse a batch that may outgrow its containers.")
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(help="Draw each pool's load over time into FILE: .svg, .png or .html.", metavar="FILE"),
    ] = None,
    workers: Annotated[
        str | None,
        typer.Option(
            help="Workers whose share of the run is told, e.g. 14,64; this machine's cores unless given.",
            metavar="N,...",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    rehash: Annotated[
        Path | None,
        typer.Option(help="Renew FILE's count and hashes after an edit (comments are lost).", metavar="FILE"),
    ] = None,
    advance: Annotated[
        str | None,
        typer.Option(
            help="Extend --schedule to a later as-of date: old batches live on, new ones follow in the old pattern "
            "unless --batches or --stagger is given.",
            metavar="DATE",
        ),
    ] = None,
    schedule: Annotated[
        Path | None, typer.Option(help="The schedule to --advance: a file or a shipped name.", metavar="FILE")
    ] = None,
    sample: Annotated[
        bool,
        typer.Option(
            "--sample",
            help="A small plan that fills every table: one batch harvested, two at sea, one in every stage before. "
            "As of today unless --as-of is given.",
        ),
    ] = False,
    ladder: Annotated[
        str | None,
        typer.Option(
            help="uat: batches that show every stage on the as-of date, two before each transition, six near harvest.",
            metavar="uat",
        ),
    ] = None,
) -> None:
    """Plan batches on a farm without a conflict and report how full it gets.

    Exit codes: 0 done; 1 failed; 2 wrong input, or no room on the farm.
    """
    with input_errors():
        if rehash is not None:
            _rehash(rehash, biology if _is_given(context, "biology") else None, as_json)
            return
        from engine.planning.makespan import read_workers
        from engine.planning.planned import report_plan
        from engine.planning.schedules import (
            PlanOptions,
            advance_schedule,
            ladder_schedule,
            plan_schedule,
            sample_schedule,
        )

        doing(_planning("planning"))
        is_solved = False
        if advance is not None:
            _only(context, "--advance", ("advance", "schedule", "output", "batches", "stagger", "name", *DELIVERY))
            if schedule is None or (output is None and not dry_run):
                raise InputError("--advance", "--schedule and --output are needed", "name the old file and the new one")
            planned = advance_schedule(schedule, advance, batches=batches, stagger=stagger, name=name, output=output)
        elif ladder is not None:
            _only(context, "--ladder", ("ladder", "as_of", "seed", "farm", "biology", *PLACING, *DELIVERY))
            if ladder != "uat":
                raise InputError("--ladder", f"{shortened(ladder)} is not known", "give uat")
            if as_of is None or (output is None and not dry_run):
                raise InputError("--ladder", "--as-of and --output are needed", "or --dry-run; see --help")
            planned = ladder_schedule(
                as_of, seed=seed, farm=farm, biology=biology, partitions=partitions, name=name, output=output
            )
        elif sample:
            _only(context, "--sample", ("sample", "as_of", "seed", "farm", "biology", *PLACING, *DELIVERY))
            if output is None and not dry_run:
                raise InputError("--sample", "--output is missing", "name a file, or try it with --dry-run")
            planned = sample_schedule(
                as_of or "today",
                seed=seed,
                farm=farm,
                biology=biology,
                partitions=partitions,
                name=name,
                output=output,
            )
        else:
            if schedule is not None:
                raise InputError("--schedule", "is read only to --advance it", "give --advance DATE, or leave it out")
            if batches is None or stagger is None or as_of is None:
                cure = "or --sample for a small plan, or --rehash FILE; see --help"
                raise InputError("plan", "--batches, --stagger and --as-of are needed", cure)
            if output is None and not dry_run:
                raise InputError("plan", "--output is missing", "name a file, or try it with --dry-run")
            options = PlanOptions(
                batches=batches,
                stagger=stagger,
                as_of=as_of,
                start=start,
                farm=farm,
                biology=biology,
                seed=seed,
                adult_days=adult_days,
                rings=rings,
                areas_per_batch=areas_per_batch,
                batches_per_area=batches_per_area,
                fallow_days=fallow_days,
                harvest_confidence=harvest_confidence,
                target_saturation=target_saturation,
                partitions=partitions,
                eggs=eggs,
                name=name,
            )
            planned, is_solved = plan_schedule(options, output), options.is_solved
        from engine.report.planned import print_found

        _require(planned, picture, strict_biomass)
        doing(_planning("foreseeing what the plan comes to"))
        report = report_plan(planned, read_workers(workers))
        print_found(results(as_json=as_json), planned, is_solved)
        _deliver(planned, report, None if dry_run else output, overwrite=overwrite, as_json=as_json, picture=picture)


def _planning(what: str) -> Callable[[], str]:
    """What is being done; kernels are compiled in this process, where they are not kept yet."""
    from engine.execution.compiling import compiled
    from engine.report.waiting import compiling

    return lambda: compiling(compiled.kernels, compiled.seconds) if compiled.is_under_way else what


def _only(context: typer.Context, what: str, known: Sequence[str]) -> None:
    """InputError when an option is given that has no part in `what`."""
    for option in context.params:
        if option not in known and _is_given(context, option):
            raise InputError(f"--{option.replace('_', '-')}", f"has no part in {what}", "leave it out; see --help")


def _is_given(context: typer.Context, option: str) -> bool:
    """Whether the option was typed, and is not its default."""
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def _require(planned: Planned, picture: Path | None, strict_biomass: bool) -> None:
    """InputError, before anything is written, when the picture or the plan can't be as asked."""
    if picture is not None:
        from engine.report.charts.capacity import require_picture

        require_picture(picture)
    if strict_biomass:
        from engine.forecast.sizing import require_within_limits

        require_within_limits(planned.schedule, "plan " + planned.schedule.name)


def _deliver(
    planned: Planned, report: PlanReport, output: Path | None, *, overwrite: bool, as_json: bool, picture: Path | None
) -> None:
    """Writes a schedule where an output is given, and reports it."""
    from engine.planning.planned import plan_data
    from engine.planning.schedules import write_schedule
    from engine.report.planned import print_plan

    if output is not None:
        write_schedule(output, planned.schedule.text, overwrite=overwrite)
    if picture is not None:
        from engine.report.charts.capacity import write_picture

        doing("drawing")
        write_picture(picture, planned.schedule, report.capacity)
    screen = results(as_json=as_json)
    print_plan(screen, planned, report)
    if output is not None:
        say(screen, f"written: {output}")
    if as_json:
        print_json(plan_data(planned, report, output, picture))


def _rehash(path: Path, biology: str | None, as_json: bool) -> None:
    from engine.planning.schedules import rehash_schedule

    changed = rehash_schedule(path, biology)
    say(results(as_json=as_json), f"{path}: {'count and hashes renewed' if changed else 'holds already'}")
    if as_json:
        print_json({"file": str(path), "changed": changed})


if __name__ == "__main__":
    start(app)
