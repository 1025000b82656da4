"""The biology file as a strict model: every parameter with unit, source and confidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from engine.biology.derivation import (
    Change,
    Derivation,
    Origin,
    body_sha256,
    changes,
    format_biology,
    parameters,
    plain,
)
from engine.biology.events import Events
from engine.biology.fish import Collection, Feed, Growth, Mortality, Respiration, Stages
from engine.biology.handling import Eggs, Handling
from engine.biology.health import Journal, Laboratory, LiceCounts, Treatments
from engine.biology.health_sampling import HealthSampling
from engine.biology.lice import Lice
from engine.biology.monitoring import Monitoring
from engine.biology.outlook import Outlook
from engine.biology.overlay import OVERLAY_FORMAT, Merger, Overlay, parse_overlay
from engine.biology.region import Region
from engine.biology.sourced import SectionEntries, entries_of, freeze, resolve
from engine.biology.stages import FreshwaterStage
from engine.biology.trade import Harvest, Trade
from engine.biology.water import Environment, Sensors
from engine.biology.weather import Weather
from engine.biology.work import Work
from engine.inputs.bounded import FileName
from engine.inputs.reading import Unfit, load_text, parse_yaml, refusal, sha256, validate
from engine.inputs.shipped_files import find_shipped
from lake.codes import EVENT_KINDS, SEA
from lake.errors import InputError, shortened

FORMAT = "smoltworks-biology/1"


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Every parameter's value; `regions` are keyed by the farm's geographies."""

    growth: Growth
    feed: Feed
    collection: Collection
    respiration: Respiration
    mortality: Mortality
    events: Events
    lice: Lice
    stages: Stages
    eggs: Eggs
    handling: Handling
    health: HealthSampling
    monitoring: Monitoring
    environment: Environment
    sensors: Sensors
    weather: Weather
    lice_counts: LiceCounts
    treatments: Treatments
    journal: Journal
    laboratory: Laboratory
    harvest: Harvest
    outlook: Outlook
    trade: Trade
    work: Work
    regions: dict[str, Region]

    def __post_init__(self) -> None:
        kinds = self.events.kinds
        if strange := set(kinds) - set(EVENT_KINDS):
            raise ValueError(
                f"events.kinds {', '.join(sorted(strange))} are not known; known: {', '.join(EVENT_KINDS)}"
            )
        at_sea = {name for name, kind in kinds.items() if kind.at_sea}
        for name, region in self.regions.items():
            if odd := at_sea ^ set(region.event_weights):
                raise ValueError(
                    f"regions.{name}.event_weights must name the events at sea and no others: "
                    f"{', '.join(sorted(odd))} stands in one of the two alone"
                )
            response = np.interp(
                region.hall_temperature_c, self.growth.temperature_response_c, self.growth.temperature_response
            )
            if response.min() <= 0.0:  # a stage's TGC is told at its hall's temperature
                raise Unfit(
                    f"regions.{name}.hall_temperature_c",
                    region.hall_temperature_c,
                    "has a temperature at which growth.temperature_response is 0",
                )

    @cached_property
    def freshwater(self) -> dict[str, tuple[FreshwaterStage, ...]]:
        """The five freshwater stages of each geography, in order."""
        stages, mortality = self.stages, self.mortality
        return {
            name: tuple(
                FreshwaterStage(
                    temperature_c=region.hall_temperature_c[i],
                    tgc=region.freshwater_tgc[i],
                    tgc_cv=region.freshwater_tgc_cv[i],
                    individual_tgc_cv=stages.individual_tgc_cv[i],
                    fcr=stages.fcr[i],
                    loss=mortality.freshwater_loss[i],
                    frailty_sd=mortality.freshwater_frailty_sd[i],
                    transfer_loss=mortality.transfer_loss[i],
                )
                for i in range(SEA - 1)
            )
            for name, region in self.regions.items()
        }


class BiologyFile(SectionEntries):
    """A biology file as written: an entry with unit, source and confidence for each value of Parameters."""

    format: Literal["smoltworks-biology/1"]
    name: FileName
    derivation: Derivation | None = None


@dataclass(frozen=True)
class Biology:
    """A biology: the values that the engine computes with, and the text whose hash identifies it.

    The text is the file as written, or, where an overlay was laid on a base, the whole file that they give.
    """

    name: str
    model: Parameters = field(compare=False)
    text: str

    @cached_property
    def sha256(self) -> str:
        return sha256(self.text)

    @cached_property
    def file(self) -> BiologyFile:
        """The text's entries, each with unit, source and confidence."""
        return _model(parse_yaml(self.text, self.name), self.name)

    def __getstate__(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        freeze(self.model)  # an array comes writable from another process

    def region(self, geography: str) -> Region:
        """The parameters of a geography; InputError when the file has none."""
        try:
            return self.model.regions[geography]
        except KeyError:
            raise InputError(
                f"biology {self.name}",
                f"no region for the farm's geography {shortened(geography)}",
                f"add regions.{geography}; the file has {', '.join(self.model.regions)}",
            ) from None

    def freshwater_stage(self, geography: str, stage: int) -> FreshwaterStage:
        """A freshwater stage (1 to 5) in a geography; InputError when the file has no such region."""
        self.region(geography)
        return self.model.freshwater[geography][stage - 1]

    def require_sensors(self, parameters: Iterable[str]) -> None:
        """InputError unless every rule of sensors has a value for each of the parameters that a farm measures."""
        for each in fields(self.model.sensors):
            rule = getattr(self.model.sensors, each.name)
            if isinstance(rule, dict) and (missing := [name for name in parameters if name not in rule]):
                raise InputError(
                    f"biology {self.name}",
                    f"key sensors.{each.name} has no {', '.join(missing)}, which the farm measures",
                    f"add it; the file has {', '.join(rule)}",
                )


def read_biology(name: str, beside: Path | None = None) -> Biology:
    """The biology of a path or a shipped name, an overlay laid on its base; InputError when absent or wrong."""
    return _read(find_shipped("biology", name, beside), ())


def parse_biology(text: str, source: str) -> Biology:
    """The biology of a text that holds every parameter."""
    return _biology(_model(parse_yaml(text, source), source), text)


def _biology(file: BiologyFile, text: str) -> Biology:
    biology = Biology(name=file.name, model=resolve(Parameters, file), text=text)
    biology.__dict__["file"] = file
    return biology


def _read(path: Path, above: tuple[Path, ...]) -> Biology:
    """The biology of a file; `above`: the overlays that led to it, the outermost first."""
    source = str(path)
    if any(path.samefile(each) for each in above):
        chain = " -> ".join(str(each) for each in (*above, path))
        raise InputError(source, f"is its own base: {chain}", "let one of them have a whole biology such as published")
    text = load_text(path)
    data = parse_yaml(text, source)
    if data.get("format") != OVERLAY_FORMAT:
        return _biology(_model(data, source), text)
    overlay = parse_overlay(data, source)
    base = _read(_base_file(overlay.model.base, path), (*above, path))
    return _laid_on(base, overlay, Origin(name=overlay.model.name, sha256=sha256(text)), source)


def _base_file(base: str, path: Path) -> Path:
    """The file of an overlay's base: a path is one from the overlay's folder, a name is looked for there first."""
    folder = path.parent
    try:
        return find_shipped("biology", str(folder / base) if Path(base).suffix in {".yaml", ".yml"} else base, folder)
    except InputError as e:
        raise InputError(str(path), f"key base has value {shortened(base)}: {e.problem}", e.cure) from None


def _laid_on(base: Biology, overlay: Overlay, origin: Origin, source: str) -> Biology:
    """The whole biology that an overlay and its base give; InputError names the overlay's file."""
    earlier = base.file.derivation
    root = earlier.base if earlier else Origin(name=base.name, sha256=base.sha256)
    overlays = [*(earlier.overlays if earlier else ()), origin]
    if origin.name in {root.name, *(each.name for each in overlays[:-1])}:
        raise InputError(
            source, f"key name has value {shortened(origin.name)}, as its base", "give it a name of its own"
        )
    merger = Merger(overlay_name=origin.name, base_name=base.name)
    old = plain(base.file)
    old.pop("derivation", None)
    merged = merger.merge(old, overlay.given)
    if merger.complaints:
        raise refusal(source, merger.complaints)
    merged["name"] = origin.name
    try:
        model = _model(merged, source)
    except InputError as e:
        raise refusal(source, [*merger.explained(e.problem), e.problem.lstrip("\n -")]) from None
    found = changes(base.file, model, origin.name)
    derivation = Derivation(
        purpose=overlay.model.purpose.strip(),
        base=root,
        overlays=overlays,
        changed=_since(earlier.changed if earlier else [], found, model),
        body_sha256="",
    )
    data = plain(model)
    head = {key: data.pop(key) for key in ("format", "name")}
    data = {**head, "derivation": plain(derivation), **data}
    data["derivation"]["body_sha256"] = body_sha256(data)
    text = format_biology(data)
    return parse_biology(text, source)


def _since(earlier: list[Change], later: list[Change], model: BiologyFile) -> list[Change]:
    """Changes from the root on, in the model's order: the later ones carry the root's value, which undoes them."""
    known = {change.path: change for change in earlier}
    for change in later:
        first = known.get(change.path, change)
        known[change.path] = change.model_copy(update={"base": first.base})
    return [known[path] for path in parameters(model) if path in known and known[path].base != known[path].value]


@cache
def _file_model() -> type[BiologyFile]:
    return entries_of(Parameters, BiologyFile)


def _model(data: dict[str, Any], source: str) -> BiologyFile:
    found = data.get("format")
    if found not in (None, FORMAT):
        cure = f"give {FORMAT} for a whole biology, {OVERLAY_FORMAT} for one that changes another"
        raise InputError(source, f"key format has value {shortened(found)}", cure)
    model = validate(_file_model(), data, source)
    if model.derivation is not None and model.derivation.body_sha256 != body_sha256(plain(model)):
        raise InputError(
            source,
            "key derivation.body_sha256 does not fit the file's values: one was changed by hand",
            "change the overlay instead, or remove derivation and give the file a name of its own",
        )
    return model
