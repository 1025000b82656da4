"""Plans which batch is where, when, and writes the schedule: python -m engine.plan"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.report.console import console, input_errors, print_json
from lake.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.farm.schedule import Schedule
    from engine.planning.capacity import Report
    from engine.planning.ladder import Ladder
    from engine.planning.makespan import Makespan
    from engine.planning.places import Rules

PLACING = ("name", "output", "partitions")
DELIVERY = ("overwrite", "dry_run", "strict_biomass", "as_json", "picture")
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
    as_of: Annotated[str | None, typer.Option(help="The data's today, YYYY-MM-DD.", metavar="DATE")] = None,
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
    schedule: Annotated[Path | None, typer.Option(help="The schedule to --advance.", metavar="FILE")] = None,
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
            _rehash(rehash, biology if _given(context, "biology") else None, as_json)
            return
        if advance is not None:
            _only(context, "--advance", ("advance", "schedule", "output", "batches", "stagger", "name", *DELIVERY))
            if schedule is None or (output is None and not dry_run):
                raise InputError("--advance", "--schedule and --output are needed", "name the old file and the new one")
            _deliver(
                _advanced(schedule, advance, _whole("--batches", batches), _whole("--stagger", stagger), name, output),
                output,
                overwrite=overwrite,
                dry_run=dry_run,
                strict_biomass=strict_biomass,
                as_json=as_json,
                picture=picture,
            )
            return
        if ladder is not None:
            _only(context, "--ladder", ("ladder", "as_of", "seed", "farm", "biology", *PLACING, *DELIVERY))
            if ladder != "uat":
                raise InputError("--ladder", f"{ladder!r} is not known", "give uat")
            if as_of is None or (output is None and not dry_run):
                raise InputError("--ladder", "--as-of and --output are needed", "or --dry-run; see --help")
            rungs = _ladder(as_of, seed, farm, biology, partitions, name, output)
            _deliver(
                rungs.schedule,
                output,
                overwrite=overwrite,
                dry_run=dry_run,
                strict_biomass=strict_biomass,
                as_json=as_json,
                picture=picture,
                ladder=rungs,
            )
            return
        if schedule is not None:
            raise InputError("--schedule", "is read only to --advance it", "give --advance DATE, or leave it out")
        if batches is None or stagger is None or as_of is None:
            raise InputError("plan", "--batches, --stagger and --as-of are needed", "or --rehash FILE; see --help")
        if output is None and not dry_run:
            raise InputError("plan", "--output is missing", "name a file, or try it with --dry-run")
        from engine.biology.parameters import read_biology
        from engine.farm.infrastructure import read_farm
        from engine.farm.references import reference
        from engine.planning.allocation import NoRoom
        from engine.planning.alternatives import refused
        from engine.planning.automatic import solve
        from engine.planning.options import parse_batches, parse_eggs, parse_rings, parse_shared_areas, require_share
        from engine.planning.planner import Request
        from engine.planning.planner import plan as make_plan
        from engine.planning.starts import parse_stagger

        folder = output.parent if output is not None else Path()
        the_farm, the_biology = read_farm(farm), read_biology(biology)
        require_share("--target-saturation", target_saturation)
        require_share("--harvest-confidence", harvest_confidence)
        request = solve(
            Request(
                name=name or (output.stem if output is not None else f"{batches}x{stagger}day"),
                batches=1,
                stagger_days=1,
                as_of_day=_day(as_of),
                seed=seed,
                adult_days=adult_days,
                rings=parse_rings(rings),
                partitions=partitions,
                eggs=parse_eggs(eggs),
                areas_per_batch=areas_per_batch,
                shared_areas=parse_shared_areas(batches_per_area),
                fallow_days=fallow_days,
                harvest_confidence=harvest_confidence,
            ),
            parse_batches(batches),
            None if stagger == "auto" else parse_stagger(stagger, the_farm),
            target_saturation,
            the_farm,
            the_biology,
        )
        try:
            made = make_plan(
                request,
                the_farm,
                the_biology,
                farm_file=reference("farms", the_farm.name, the_farm.sha256, farm, folder),
                biology_file=reference("biology", the_biology.name, the_biology.sha256, biology, folder),
            )
        except NoRoom as refusal:
            raise refused(refusal, request, the_farm, the_biology) from None
        if "auto" in (batches, stagger):
            console().print(f"found: --batches {request.batches} --stagger '{request.stagger.text}'", soft_wrap=True)
        found: dict[str, Any] = {"request": {"batches": request.batches, "stagger": request.stagger.text}}
        if harvest_confidence is not None:
            from engine.forecast.growth import sea_plan, sea_plan_data, sea_plan_line

            stays = sea_plan(the_farm, the_biology, adult_days, harvest_confidence)
            console().print(sea_plan_line(stays), soft_wrap=True)
            found["sea_days"] = sea_plan_data(stays, the_farm)
        _deliver(
            made,
            output,
            rules=request.rules,
            found=found,
            overwrite=overwrite,
            dry_run=dry_run,
            strict_biomass=strict_biomass,
            as_json=as_json,
            picture=picture,
        )


def _only(context: typer.Context, what: str, known: Sequence[str]) -> None:
    """InputError when an option is given that has no part in `what`."""
    for option in context.params:
        if option not in known and _given(context, option):
            raise InputError(f"--{option.replace('_', '-')}", f"has no part in {what}", "leave it out; see --help")


def _given(context: typer.Context, option: str) -> bool:
    """Whether the option was typed, and is not its default."""
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def _deliver(
    schedule: Schedule,
    output: Path | None,
    *,
    rules: Rules | None = None,
    overwrite: bool,
    dry_run: bool,
    strict_biomass: bool,
    as_json: bool,
    picture: Path | None,
    ladder: Ladder | None = None,
    found: dict[str, Any] | None = None,
) -> None:
    """Writes a schedule, unless it is only tried, and reports it."""
    from engine.farm.sizing import require_within_limits
    from engine.forecast.cutoff import cutoff_data, cutoff_lines
    from engine.forecast.lives import foreseen_cutoff
    from engine.planning.capacity import capacity_report
    from engine.planning.makespan import makespan_lines, makespans
    from engine.report.planned import show

    if picture is not None:
        from engine.report.picture import require_format

        require_format(picture)
    if strict_biomass:
        require_within_limits(schedule, "plan " + schedule.name)
    report = capacity_report(schedule, rules)
    written = None if output is None or dry_run else output
    if written is not None:
        _write(written, schedule.text, overwrite)
    screen = console()
    show(schedule, report, screen)
    spans, cutoff = makespans(schedule), foreseen_cutoff(schedule)
    for line in (*cutoff_lines(cutoff), *makespan_lines(spans)):
        screen.print(line, markup=False, soft_wrap=True)
    data = _data(schedule, report, spans, written) | {"cutoff": cutoff_data(cutoff)} | (found or {})
    if picture is not None:
        from engine.report.picture import write_picture

        write_picture(picture, schedule, report)
        data["picture"] = str(picture)
    if ladder is not None:
        from engine.planning.ladder import ladder_data, ladder_lines

        data["ladder"] = ladder_data(ladder)
        for line in ladder_lines(ladder):
            screen.print(line, markup=False, soft_wrap=True)
    if written is not None:
        screen.print(f"written: {written}", markup=False)
    if as_json:
        print_json(data)


def _ladder(
    as_of: str, seed: int, farm: str, biology: str, partitions: int | None, name: str | None, output: Path | None
) -> Ladder:
    from engine.biology.parameters import read_biology
    from engine.farm.infrastructure import read_farm
    from engine.farm.references import reference
    from engine.planning.ladder import uat_ladder

    the_farm, the_biology = read_farm(farm), read_biology(biology)
    folder = output.parent if output is not None else Path()
    return uat_ladder(
        name or (output.stem if output is not None else "uat-ladder"),
        _day(as_of),
        the_farm,
        the_biology,
        seed=seed,
        partitions=partitions,
        farm_file=reference("farms", the_farm.name, the_farm.sha256, farm, folder),
        biology_file=reference("biology", the_biology.name, the_biology.sha256, biology, folder),
    )


def _advanced(
    path: Path, as_of: str, batches: int | None, stagger: int | None, name: str | None, output: Path | None
) -> Schedule:
    from engine.farm.references import reference
    from engine.farm.schedule_file import read_any
    from engine.inputs.reading import find_shipped
    from engine.planning.advance import Growth, advance

    old = read_any(path)
    folder = output.parent if output is not None else Path()
    files = [
        reference(kind, thing.name, thing.sha256, str(find_shipped(kind, file or thing.name, path.parent)), folder)
        for kind, thing, file in (("farms", old.farm, old.farm_file), ("biology", old.biology, old.biology_file))
    ]
    return advance(
        old,
        _day(as_of, "--advance"),
        Growth(batches, stagger),
        name=name or (output.stem if output is not None else ""),
        farm_file="" if files[0] == old.farm.name else files[0],
        biology_file="" if files[1] == old.biology.name else files[1],
    )


def _day(text: str, option: str = "--as-of") -> int:
    from datetime import date

    from engine.farm.schedule import to_day

    try:
        return to_day(date.fromisoformat(text))
    except ValueError:
        raise InputError(option, f"{text!r} is no date", "give e.g. 2025-11-19") from None


def _whole(option: str, text: str | None) -> int | None:
    if text is not None and not text.isdecimal():
        raise InputError(option, f"{text!r} is no whole number", "give one, or leave it out to go on as before")
    return None if text is None else int(text)


def _write(path: Path, text: str, overwrite: bool) -> None:
    """Writes the file whole or not at all; InputError when another one is there already."""
    import os

    content = text.encode()
    try:
        if path.exists() and not overwrite and path.read_bytes() != content:
            raise InputError(str(path), "exists and differs", "give --overwrite to replace it, or another --output")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        part.write_bytes(content)
        part.replace(path)
    except OSError as e:
        raise InputError(str(path), f"cannot be written: {e.strerror}", "check --output") from None


def _rehash(path: Path, biology: str | None, as_json: bool) -> None:
    from engine.farm.schedule_file import rehash

    text = rehash(path, biology)
    changed = text.encode() != path.read_bytes()
    if changed:
        _write(path, text, overwrite=True)
    console().print(f"{path}: {'count and hashes renewed' if changed else 'holds already'}", markup=False)
    if as_json:
        print_json({"file": str(path), "changed": changed})


def _data(schedule: Schedule, report: Report, spans: Sequence[Makespan], written: Path | None) -> dict[str, Any]:
    from engine.farm.validation import conflict_count
    from engine.planning.capacity import report_data
    from engine.planning.makespan import makespan_data

    return {
        "batches": len(schedule.batches),
        "conflicts": conflict_count(schedule),
        **report_data(report),
        "partitions": [f"{p.start}-{p.stop - 1}" for p in schedule.partitions],
        "makespan": makespan_data(spans),
        "output": str(written) if written else None,
    }


if __name__ == "__main__":
    app()
