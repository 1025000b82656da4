"""A run's progress as a table for people."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine.execution.progress import Progress
from engine.report.console import console, say
from engine.report.sign_of_life import in_time
from lake.next_step import finalise, resume

LAST_ERRORS = 5


def status_table(state: Progress) -> Table:
    """The run's progress, one line a figure."""
    data = state.to_json()
    parts, batches = data["partitions"], data["batches"]
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("run", f"{escape(state.run)}: {state.state}")
    table.add_row(
        "partitions",
        f"{parts['succeeded']} done, {parts['running']} running, {parts['waiting']} waiting, "
        f"{parts['failed']} failed, of {parts['total']}",
    )
    if parts_told := data.get("parts"):
        table.add_row(
            "parts",
            f"{parts_told['ended']} ended, {parts_told['running']} under way, "
            f"{parts_told['begun'] - parts_told['ended'] - parts_told['running']} stopped, "
            f"{parts_told['of'] - parts_told['begun']} not begun, of {parts_told['of']}",
        )
    table.add_row("batches", f"{batches['done']} of {batches['total']}")
    coming = f" of about {data['events_expected']:,}"
    if _is_foreseeing(state):
        coming = "; how many will come is being foreseen"
    table.add_row("events", f"{data['events']:,}{coming}")
    batches_per_second = data["batches_per_second"]
    pace = (
        f"{batches_per_second:,.1f} batches/s"
        if batches_per_second >= 1
        else f"{60 * batches_per_second:.1f} batches/min"
    )
    table.add_row("pace", f"{data['events_per_second']:,.0f} events/s, {pace}")
    rate = data["success_rate"]
    table.add_row("success", "no partition has ended" if rate is None else f"{rate:.0%} of the partitions ended")
    ages = ", ".join(
        f"{age}: {'-' if seconds is None else f'{seconds:.3f} s'}" for age, seconds in data["seconds_per_batch"].items()
    )
    table.add_row("a batch", ages)
    left = data["seconds_left"]
    table.add_row("time", f"{data['seconds']:.1f} s" + ("" if left is None else f", about {in_time(left)} left"))
    for error in data["errors"][-LAST_ERRORS:]:
        table.add_row("error", escape(f"partition {error['partition']}: {error['error']}"))
    if state.damage:
        table.add_row("journal", f"damaged, what it told there is not shown: {escape(state.damage)}")
    return table


def _is_foreseeing(state: Progress) -> bool:
    return state.state == "running" and not state.estimate


def status_line(state: Progress) -> str:
    """How far the run is, in a line."""
    left = state.seconds_left
    if _is_foreseeing(state):
        return f"{state.run}: {state.state}, what is to come is being foreseen"
    return (
        f"{state.run}: {state.state}, {state.batches_done} of {state.batches} batches, {state.events:,} of about "
        f"{state.estimate:,} events in {in_time(state.seconds)}"
        + ("" if left is None else f", about {in_time(left)} left")
    )


def print_status(screen: Console, state: Progress, run_dir: Path) -> None:
    """The progress, and how to go on where something is missing."""
    screen.print(status_table(state))
    if state.state == "made":
        say(console(), f"every partition is there; make a run of them: {finalise(run_dir)}")
    if state.state in {"interrupted", "partial"} or (state.damage and state.state != "running"):
        say(console(), f"finish it: {resume(run_dir)}")
