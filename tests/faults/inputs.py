"""Schedules, farms, biologies and options that are nonsense: refused in a sentence, or run to the same bytes twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.faults import damage
from tests.faults.drawing import Draw
from tests.faults.evidence import Broken, require_plain
from tests.faults.shell import Conditions
from tests.faults.workshop import RUN, Workshop

MOST_MEMORY_MB = 1500  # a forked child begins with some 300 of its parent's
LITTER = 12_345
FILES = ("tiny.yaml", "farms/small-farm.yaml", "biology.yaml")
NASTY: tuple[Any, ...] = (
    0,
    1,
    -1,
    0.5,
    1_000,
    1e9,
    1e300,
    -1e300,
    1e-300,
    float("nan"),
    float("inf"),
    2**31,
    2**63,
    2**70,
    None,
    True,
    "",
    " ",
    "x" * 500,
    "1950-01-01",
    "9999-12-31",
    "2023-02-30",
    "1e5",
    "../x",
    "a\u202eb",
    "a\x07b",
    "ö\u0308",
    [],
    {},
    [[]],
    [None],
    {"low": 1},
)
OPTIONS: dict[str, tuple[str, ...]] = {
    "--batches": ("2", "0", "-1", "1000000000", "auto", "nan", "", "1e3", "9" * 40),
    "--stagger": ("30", "0", "-5", "nan", "inf", "1e300", "4,5", "Nowhere=3", "1/0", ",", "9" * 40),
    "--as-of": ("2025-01-01", "1950-01-01", "9999-12-31", "2025-02-30", "", "now", "1969-12-31", "0000-00-00"),
    "--seed": ("1", "-1", "18446744073709551616", "9" * 40),
    "--rings": ("3", "0", "-1", "20-8", "8-", "1000000", "nan"),
    "--partitions": ("1", "0", "-1", "1000000000"),
    "--adult-days": ("450", "0", "-1", "1000000000", "1"),
    "--fallow-days": ("0", "-1", "1000000000"),
    "--areas-per-batch": ("1", "0", "3", "1000000000"),
    "--batches-per-area": ("any", "0", "1", "x"),
    "--eggs": ("fit", "0", "-5", "nan", "1e300", "5-3", "9" * 40, "1-1"),
    "--harvest-confidence": ("0.9", "0", "1", "-1", "nan", "inf", "2"),
    "--target-saturation": ("0.9", "0", "1", "-1", "nan", "2"),
    "--name": ("plain", "", "../x", "a/b", "a\u202eb", "a\nb", "x" * 300, ".", "CON", "-x"),
}


def _leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value of a document, lists and mappings too."""
    if path:
        yield path
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from _leaves(value, (*path, key))


Edit = Callable[[Any, Any], None]


def _set(value: Any) -> Edit:
    def edit(holder: Any, key: Any) -> None:
        holder[key] = value

    return edit


def _of_it(change: Callable[[Any], Any]) -> Edit:
    def edit(holder: Any, key: Any) -> None:
        value = holder[key]
        found = value["value"] if isinstance(value, dict) and "value" in value else value
        changed = change(found)
        if found is value:
            holder[key] = changed
        else:
            value["value"] = changed

    return edit


def _delete(holder: Any, key: Any) -> None:
    del holder[key]


def _shorter(value: Any) -> Any:
    return value[:-1] if isinstance(value, list | str) else value


def _longer(value: Any) -> Any:
    return [*value, value[-1]] if isinstance(value, list) and value else f"{value}{value}"


def _turned(value: Any) -> Any:
    return value[::-1] if isinstance(value, list | str) else value


def _larger(value: Any) -> Any:
    return _times(value, 10)


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, list):
        return [_times(each, factor) for each in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return int(value * factor) if isinstance(value, int) else value * factor


def _more(value: Any) -> Any:
    return _times(value, 1.5)


def _less(value: Any) -> Any:
    return _times(value, 0.9)


def _negative(value: Any) -> Any:
    return _times(value, -1)


EDITS: dict[str, Edit] = {
    "left out": _delete,
    "shorter": _of_it(_shorter),
    "longer": _of_it(_longer),
    "turned round": _of_it(_turned),
    "ten times": _of_it(_larger),
    "half as much again": _of_it(_more),
    "a little less": _of_it(_less),
    "negative": _of_it(_negative),
    **{f"is {str(value)[:20]!r}": _set(value) for value in NASTY},
}
MILD = [name for name in EDITS if not name.startswith("is ")]
TEXTS: dict[str, Callable[[str], str]] = {
    "nothing": lambda text: "",
    "many aliases": lambda text: (
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    ),
    "deep brackets": lambda text: "a: " + "[" * 1_500 + "]" * 1_500,
    "deeper brackets": lambda text: "a: " + "[" * 200_000,
    "an alias of itself": lambda text: "a: &a [*a]\n",
    "an empty float": lambda text: text + "zz: !!float ''\n",
    "a Python object": lambda text: text + "zz: !!python/object/apply:os.getcwd []\n",
    "two documents": lambda text: text + "---\n" + text,
    "a key twice": lambda text: text + text.splitlines(keepends=True)[-1],
    "a mark in front": lambda text: "\ufeff" + text,
    "other line ends": lambda text: text.replace("\n", "\r\n"),
    "tabs": lambda text: text.replace("  ", "\t"),
    "a zero byte": lambda text: text + "\0",
    "a long word": lambda text: text + "zz: " + "y" * 3_000_000 + "\n",
    "another kind of file": lambda text: json.dumps({"format": "smoltworks-schedule/1"}),
}


@dataclass(frozen=True)
class NonsenseInFile:
    """What was changed in which file; the hashes were renewed as a user does, or not."""

    file: str
    changes: tuple[tuple[str, Any], ...]  # a value's path and an edit, a text, or bytes
    renewed: bool

    @staticmethod
    def drawn(draw: Draw, shop: Workshop) -> NonsenseInFile:
        file = draw.pick(FILES)
        manner = draw.pick(("values", "values", "values", "text", "bytes"))
        if manner == "values":
            leaves = list(_leaves(yaml.load(_source(shop, file).read_text(encoding="utf-8"), yaml.CSafeLoader)))
            edits = list(EDITS) if draw.integer(0, 1) else MILD
            changes: tuple[tuple[str, Any], ...] = tuple(
                (draw.pick(edits), draw.pick(leaves)) for _ in range(draw.integer(1, 2))
            )
        elif manner == "text":
            changes = ((draw.pick(list(TEXTS)), None),)
        else:
            changes = ((draw.pick(damage.CHANGES).__name__, (draw.share(), draw.integer(1, 255))),)
        return NonsenseInFile(file=file, changes=changes, renewed=draw.integer(0, 3) > 0)

    def play(self, shop: Workshop) -> str:
        with shop.case() as folder:
            shutil.copytree(shop.schedule.parent / "farms", folder / "farms")
            for file in (FILES[0], FILES[2]):
                shutil.copyfile(_source(shop, file), folder / file)
            (folder / self.file).write_bytes(self._changed(_source(shop, self.file)))
            schedule, more = folder / FILES[0], []
            if self.file == FILES[2]:
                more = ["--biology", str(folder / FILES[2])]
            if self.renewed:
                told = shop.run("plan", "--rehash", schedule, *more, folder=folder)
                require_plain(told)
            return _run_twice(shop, folder, ["run", "--schedule", str(schedule), *more])

    def _changed(self, source: Path) -> bytes:
        text = source.read_text(encoding="utf-8")
        name = self.changes[0][0]
        if name in TEXTS:
            return TEXTS[name](text).encode()
        if name in damage.BY_NAME:
            return damage.BY_NAME[name](text.encode(), *self.changes[0][1])
        data = yaml.load(text, yaml.CSafeLoader)
        for edit, path in self.changes:
            holder = data
            try:
                for key in path[:-1]:
                    holder = holder[key]
                EDITS[edit](holder, path[-1])
            except (LookupError, TypeError):
                continue  # the first change took it away
        return yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=10_000).encode()


@dataclass(frozen=True)
class NonsenseAsked:
    """Options of plan, some of which are nonsense."""

    options: tuple[tuple[str, str], ...]

    @staticmethod
    def drawn(draw: Draw, shop: Workshop) -> NonsenseAsked:
        asked = {"--batches": "2", "--stagger": "30", "--as-of": "2025-01-01", "--rings": "3"}
        for _ in range(draw.integer(1, 3)):
            option = draw.pick(list(OPTIONS))
            asked[option] = draw.pick(OPTIONS[option])
        return NonsenseAsked(tuple(asked.items()))

    def play(self, shop: Workshop) -> str:
        with shop.case() as folder:
            farm = shop.schedule.parent / "farms/small-farm.yaml"
            line = ["plan", "--farm", str(farm), *(f"{name}={value}" for name, value in self.options), "--json"]
            told = shop.run(*line, "--output", folder / "made.yaml", folder=folder)
            require_plain(told)
            _require_modest(told.memory_mb, str(told))
            left = sorted(p.name for p in folder.iterdir())
            if left != ([] if told.code else ["made.yaml"]):
                raise Broken(f"left {left}\n{told}")
            return "refused" if told.code else "planned"


def drawn(draw: Draw, shop: Workshop) -> NonsenseInFile | NonsenseAsked:
    """Nonsense in a file, or now and then on the command line."""
    return NonsenseInFile.drawn(draw, shop) if draw.integer(0, 2) else NonsenseAsked.drawn(draw, shop)


def _source(shop: Workshop, file: str) -> Path:
    if file == FILES[2]:
        return shop.whole / "biology/published.yaml"
    return shop.schedule.parent / file


def _require_modest(memory_mb: int, told: str) -> None:
    if memory_mb > MOST_MEMORY_MB:
        raise Broken(f"took {memory_mb} MB\n{told}")


def _run_twice(shop: Workshop, folder: Path, line: list[str]) -> str:
    """Refused before anything is written; or run, and again over a littered memory to the same fingerprint."""
    found = []
    for name, litter in ((RUN, 0), ("again", LITTER)):
        told = shop.run(*line, "--out", folder / name, folder=folder, conditions=Conditions(litter=litter))
        require_plain(told)
        _require_modest(told.memory_mb, str(told))
        if told.code == 2:
            if (folder / name).exists():
                raise Broken(f"refused, but a folder was made\n{told}")
            return "refused"
        if told.code:
            raise Broken(f"neither refused nor run\n{told}")
        found.append(json.loads((folder / name / "manifest.json").read_bytes())["fingerprint"])
    if found[0] != found[1]:
        raise Broken(f"two runs, two fingerprints: {found}")
    return "run"
