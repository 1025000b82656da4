"""AquaMind's tables: which of them a load fills and from where, and why the others stay empty."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from warehouse.uat.history import HISTORIES
from warehouse.uat.mapping import DIMENSIONS, EVENTS
from warehouse.uat.tables import UAT_TABLES
from warehouse.uat.tables.history import has_history, history_name

# Why a table of the application stays empty.
EMPTY = MappingProxyType(
    {
        "batch_batchcomposition": "tells what a mixed batch was mixed of, and no batch is mixed with another",
        "batch_batchmixevent": "a mixing of batches in one container; a container holds one batch at a time",
        "batch_batchmixeventcomponent": "the parts of such a mixing",
        "broodstock_externaleggbatch": "eggs by lot; the order of a batch's eggs names supplier, lot and price",
        "finance_navexportbatch": "an export to the ledger, which AquaMind writes when a person asks for it",
        "finance_navexportline": "the lines of such an export",
        "infrastructure_areagroup": "groups of areas; made with the infrastructure, not with events",
        "infrastructure_transportcarrier": "vessels and trucks; a move leads from container to container in one action",
        "scenario_fcr_model_stage_override": "feed conversion by weight within a stage; a model has one a stage",
        "scenario_mortality_model_stage": "mortality by stage; the baseline's model has one daily rate for all",
        "scenario_scenariomodelchange": "a change of models in mid-scenario; a baseline keeps its models",
    }
)


def filled() -> dict[str, str]:
    """The application's tables that a load fills, and from which table of the lake."""
    return {mapping.uat: mapping.lake for mapping in (*DIMENSIONS, *EVENTS) if mapping.uat in UAT_TABLES}


def empty_lines() -> list[str]:
    """Lines of Markdown: what stays empty, and why."""
    head = ["| stays empty | what it is for, and why |", "| --- | --- |"]
    return [*head, *(f"| {name} | {reason} |" for name, reason in sorted(EMPTY.items()))]


def coverage_text() -> Iterator[str]:
    """Lines of Markdown."""
    tables = filled()
    yield "## AquaMind's tables"
    yield (
        f"\nOf {len(tables) + len(EMPTY)} tables that concern the work of such a farm, {len(tables)} are filled and "
        f"{len(EMPTY)} stay empty."
    )
    yield ""
    yield from empty_lines()
    yield "\n| filled | from |\n| --- | --- |"
    yield from (f"| {name} | {source} |" for name, source in sorted(tables.items()))
    yield from _history_text(tables)


def _history_text(tables: dict[str, str]) -> Iterator[str]:
    """What --history fills."""
    told = {name for name in tables if has_history(name)}
    yield (
        f"\n{len(told)} of these have a history table, which `--history` fills: a row for each row that the load "
        "brings, when and as it was created, and a row for each state that it went through since."
    )
    yield "\n| history table | states of a row, at most |\n| --- | --- |"
    states = {history.table.uat: history.states for history in HISTORIES}
    yield from (f"| {history_name(name)} | {states.get(name, 1)} |" for name in sorted(told))
