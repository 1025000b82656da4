"""The ways to a schedule: planned anew, a sample, the UAT ladder, advanced from an older one, renewed after an edit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.biology.parameters import Biology, read_biology
from engine.farm.infrastructure import Farm, read_farm
from engine.farm.references import reference
from engine.farm.schedule import MAX_SEED, NAME, STAGE_DAYS, Schedule
from engine.farm.schedule_file import read_any, rehash
from engine.forecast.growth import SeaPlan, plan_sea_stays
from engine.inputs.bounded import require_path
from engine.inputs.shipped_files import find_schedule, find_shipped
from engine.planning.advance import NewBatches, advance
from engine.planning.allocation import NoRoom
from engine.planning.alternatives import explain_refusal
from engine.planning.automatic import solve_request
from engine.planning.ladder import Ladder, plan_ladder
from engine.planning.options import (
    AUTO,
    parse_batches,
    parse_day,
    parse_eggs,
    parse_rings,
    parse_shared_areas,
    parse_whole,
    require_share,
    require_whole,
)
from engine.planning.places import USUAL_RINGS
from engine.planning.planner import Request, plan, unfit_name
from engine.planning.sample import RINGS, sample_pattern
from engine.planning.starts import parse_stagger
from lake.disk import disk
from lake.errors import InputError
from lake.files import write_atomically


@dataclass(frozen=True)
class PlanOptions:
    """What a person asks of a plan: the command's options, as numbers or as its texts (8-20 rings, auto).

    as_of: a date, or today. start: of the first batch, unless the last shall start 50 days before the as-of date. farm,
    biology: a shipped name or a path. name: the output's, unless given. Request has the others' meaning.
    """

    batches: int | str
    stagger: int | str
    as_of: date | str
    start: date | str | None = None
    farm: str = "faroe-scotland"
    biology: str = "published"
    seed: int = 1
    adult_days: int = STAGE_DAYS[-1]
    rings: int | str = USUAL_RINGS
    areas_per_batch: int = 1
    batches_per_area: int | str = "any"
    fallow_days: int = 0
    harvest_confidence: float | None = None
    target_saturation: float | None = None
    partitions: int | None = None
    eggs: int | str = "fit"
    name: str | None = None

    @property
    def is_solved(self) -> bool:
        """Whether batches or stagger are left open, for the planner to find."""
        return AUTO in (self.batches, self.stagger)


@dataclass(frozen=True)
class Planned:
    """A schedule and how it came about.

    request: of a plan made anew, batches and stagger as found. sea_plan: the stays at sea, where a harvest
    confidence was asked. ladder: what each batch stands for, of a UAT ladder.
    """

    schedule: Schedule
    request: Request | None = None
    sea_plan: SeaPlan | None = None
    ladder: Ladder | None = None


def plan_schedule(options: PlanOptions, output: Path | None = None) -> Planned:
    """A schedule planned anew, to lie at `output` if given; nothing is written.

    InputError when an option is wrong, or the farm has no room (batch, day, pool and plans that fit are named).
    """
    farm, biology = read_farm(options.farm), read_biology(options.biology)
    require_share("--target-saturation", options.target_saturation)
    require_share("--harvest-confidence", options.harvest_confidence)
    request = solve_request(
        Request(
            name=_name(options.name, output, _plain(f"{options.batches}x{options.stagger}day")),
            batches=1,
            stagger_days=1,
            as_of_day=parse_day(options.as_of, "--as-of"),
            seed=options.seed,
            adult_days=options.adult_days,
            rings=parse_rings(options.rings),
            partitions=options.partitions,
            eggs=parse_eggs(options.eggs),
            areas_per_batch=options.areas_per_batch,
            shared_areas=parse_shared_areas(options.batches_per_area),
            fallow_days=options.fallow_days,
            harvest_confidence=options.harvest_confidence,
            start_day=None if options.start is None else parse_day(options.start, "--start"),
        ),
        batches=parse_batches(options.batches),
        stagger=None if options.stagger == AUTO else parse_stagger(str(options.stagger), farm),
        target=options.target_saturation,
        farm=farm,
        biology=biology,
    )
    farm_file, biology_file = _files(farm, options.farm, biology, options.biology, folder=_folder(output))
    try:
        schedule = plan(request, farm, biology, farm_file=farm_file, biology_file=biology_file)
    except NoRoom as refusal:
        raise explain_refusal(refusal, request, farm, biology) from None
    if options.harvest_confidence is None:
        return Planned(schedule=schedule, request=request)
    return Planned(
        schedule=schedule,
        request=request,
        sea_plan=plan_sea_stays(farm, biology, options.adult_days, options.harvest_confidence),
    )


def sample_schedule(
    as_of: date | str,
    *,
    seed: int = 1,
    farm: str = "faroe-scotland",
    biology: str = "published",
    partitions: int | None = None,
    name: str | None = None,
    output: Path | None = None,
) -> Planned:
    """A small plan, to lie at `output` if given, with something in every table: an ordinary one, with these options.

    InputError when an option is wrong, or the farm has no room. Nothing is written.
    """
    the_farm = read_farm(farm)
    batches, stagger = sample_pattern(len(the_farm.geographies))
    options = PlanOptions(
        batches=batches,
        stagger=stagger,
        as_of=as_of,
        farm=farm,
        biology=biology,
        seed=seed,
        rings=min(RINGS, the_farm.model.areas.rings),
        partitions=partitions,
        name=name or (None if output is not None else "sample"),
    )
    return plan_schedule(options, output)


def ladder_schedule(
    as_of: date | str,
    *,
    seed: int = 1,
    farm: str = "faroe-scotland",
    biology: str = "published",
    partitions: int | None = None,
    name: str | None = None,
    output: Path | None = None,
) -> Planned:
    """The UAT ladder, to lie at `output` if given: batches that show every stage of life on the as-of date.

    InputError when an option is wrong, or the farm has no room. Nothing is written.
    """
    the_farm, the_biology = read_farm(farm), read_biology(biology)
    farm_file, biology_file = _files(the_farm, farm, the_biology, biology, folder=_folder(output))
    require_whole("--seed", seed, 0, MAX_SEED)
    ladder = plan_ladder(
        name=_name(name, output, "uat-ladder"),
        as_of_day=parse_day(as_of, "--as-of"),
        farm=the_farm,
        biology=the_biology,
        seed=seed,
        partitions=partitions,
        farm_file=farm_file,
        biology_file=biology_file,
    )
    return Planned(schedule=ladder.schedule, ladder=ladder)


def advance_schedule(
    path: Path,
    as_of: date | str,
    *,
    batches: int | str | None = None,
    stagger: int | str | None = None,
    name: str | None = None,
    output: Path | None = None,
) -> Planned:
    """The schedule of the file at `path` as of a later date, to lie at `output` if given; nothing is written.

    batches, stagger: of new batches (see Growth); None: as the old ones follow each other. InputError when the
    file is wrong, the date is not later, or the farm has no room.
    """
    new_batches = NewBatches(parse_whole(batches, "--batches"), parse_whole(stagger, "--stagger"))
    path = find_schedule(path)
    old = read_any(path)
    folder = _folder(output)
    farm = str(find_shipped("farms", old.farm_file or old.farm.name, path.parent))
    biology = str(find_shipped("biology", old.biology_file or old.biology.name, path.parent))
    farm_file, biology_file = _files(old.farm, farm, old.biology, biology, folder=folder)
    advanced = advance(
        old,
        parse_day(as_of, "--advance"),
        new_batches,
        name=_name(name, output, ""),
        farm_file="" if farm_file == old.farm.name else farm_file,
        biology_file="" if biology_file == old.biology.name else biology_file,
    )
    return Planned(schedule=advanced)


def rehash_schedule(path: Path, biology: str | None = None) -> bool:
    """Renews count and hashes of the file at `path` (comments are lost); whether it changed.

    biology: a name or a path of one that the file shall name from now on. InputError when the file is wrong
    otherwise, or can't be written.
    """
    text = rehash(path, biology)
    changed = text.encode() != path.read_bytes()
    if changed:
        write_schedule(path, text, overwrite=True)
    return changed


def write_schedule(path: Path, text: str, *, overwrite: bool = False) -> None:
    """Writes the file whole or not at all; InputError when another one is there already."""
    content = text.encode()
    try:
        if path.exists() and not overwrite and path.read_bytes() != content:
            raise InputError(str(path), "exists and differs", "give --overwrite to replace it, or another --output")
        disk().make_folder(path.parent)
        write_atomically(path, text)
    except OSError as e:
        raise InputError(str(path), f"cannot be written: {e.strerror}", "check --output") from None


def _name(given: str | None, output: Path | None, usual: str) -> str:
    require_path("--output", output)
    name = given or (output.stem if output is not None else usual)
    if name and (re.fullmatch(NAME, name) is None or len(name) > 100):
        raise unfit_name(name)
    return name


def _plain(name: str) -> str:
    """A name of letters, digits and what a file's name may have: a stagger may be 45/4."""
    return re.sub(r"[^\w.,=-]+", "-", name)[:100]


def _folder(output: Path | None) -> Path:
    return output.parent if output is not None else Path()


def _files(farm: Farm, farm_given: str, biology: Biology, biology_given: str, *, folder: Path) -> tuple[str, str]:
    """How a schedule in `folder` names the farm and the biology that were read as given."""
    return (
        reference("farms", farm.name, farm.sha256, given=farm_given, folder=folder),
        reference("biology", biology.name, biology.sha256, given=biology_given, folder=folder),
    )
