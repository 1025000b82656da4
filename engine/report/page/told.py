"""The page's words and tables: what the data is in figures, why to trust it, and how it came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from engine.execution.summary import SHARES, Summary
from engine.farm.schedule import to_date
from engine.report.page.tables import bar, code, table
from engine.report.run import made_in
from lake.checks import check_meaning, check_names
from lake.manifest import Manifest
from lake.next_step import command
from lake.space import size

Statistic = Mapping[str, Any]
"""As engine.statistics.table.Statistic.to_json gives it, and a verification keeps it."""


MOST_EVENTS = 40_000_000
"""Of a larger run the statistics are told once a verification has computed them: they take longer than all the rest."""
STATISTICS = "--statistics"
TAKES_LONG = f"a run of more than {MOST_EVENTS // 1_000_000} million events takes minutes for them"


def day_in_words(day: date) -> str:
    """A date as a person writes it: 5 February 2023."""
    return f"{day.day} {day:%B %Y}"


def lead(summary: Summary, head: Mapping[str, Any], geographies: Sequence[str]) -> str:
    """What this is, in two sentences."""
    places, as_of = listed(geographies), day_in_words(date.fromisoformat(summary.manifest.identity.as_of))
    count = len(summary.schedule.batches)
    since = f" from {day_in_words(head['first_day'])}" if head["first_day"] else ""
    return (
        f"The operating history of a salmon farming company in {places}, simulated day by day: "
        f"{count:,} batch{'' if count == 1 else 'es'}{since} up to {as_of}, in {summary.manifest.events:,} events. "
        "The farm and its fish are made up; the figures that they obey are published ones."
    )


def headline(summary: Summary, head: Mapping[str, Any], batches: Sequence[Mapping[str, Any]]) -> str:
    """The figures that tell most, as a list of terms."""
    planned, executed = summary.capacity, summary.executed
    at_sea = sum(b["status"] == "ACTIVE" and bool(b["sites"]) for b in batches)
    done = sum(b["status"] == "COMPLETED" for b in batches)
    land = sum(b["status"] == "ACTIVE" for b in batches) - at_sea
    days = "in the steady state" if planned.steady else "over the whole span"
    cards = (
        ("Batches", f"{len(batches):,}", f"{done:,} harvested, {at_sea:,} at sea, {land:,} on land"),
        ("Events", f"{summary.manifest.events:,}", f"in {len(summary.manifest.tables)} tables"),
        ("Eggs placed", _short(head["eggs"]), f"{_short(head['dead'])} fish died or were culled since"),
        ("Alive now", _short(head["alive"]), f"fish, {head['alive_t']:,.0f} t, as the farm knows it"),
        ("Harvested", f"{_short(head['gutted_t'])} t", f"gutted, of {_short(head['harvested'])} fish"),
        ("Feed given", f"{_short(head['feed_t'])} t", f"{head['treated']:,.0f} stays in rings treated against lice"),
        (
            "Containers held",
            f"{executed.total:.0%}",
            f"of {head['containers']:,.0f}, {days}; planned {planned.total:.0%}",
        ),
    )
    items = (f"<div><dt>{escape(t)}</dt><dd><b>{escape(v)}</b><span>{escape(w)}</span></dd></div>" for t, v, w in cards)
    return f'<dl class="figures">{"".join(items)}</dl>'


def trust(summary: Summary, statistics: Sequence[Statistic]) -> str:
    """Why to trust the data: each reason, or what is missing, as an item."""
    manifest = summary.manifest
    items = [_invariants_line(summary), *_statistics_lines(statistics, summary)]
    bytes_line = (
        f"Every file's bytes are those that the run wrote: {sum(len(f) for f in manifest.files.values()):,} files."
        if summary.bytes_checked
        else "The files' bytes were not compared with those that the run wrote."
    )
    items.append(("good" if summary.bytes_checked else "none", escape(bytes_line)))
    items.append(
        (
            "good",
            f'The same schedule gives the same data anywhere: fingerprint <span class="hash">'
            f"{escape(manifest.fingerprint)}</span>.",
        )
    )
    lines = (f'<li class="{kind}">{words}</li>' for kind, words in items)
    return f'<ul class="trust">{"".join(lines)}</ul>'


def _invariants_line(summary: Summary) -> tuple[str, str]:
    if summary.checks is None:
        return "none", f"Invariants not checked yet: {_and_again(summary.run_dir)}"
    passed, failed = summary.checks.passed, summary.checks.failed
    words = (
        f'<a href="#invariants">{passed} of {passed + failed} invariants</a> hold on every row: fish, feed, time, keys.'
    )
    return ("bad" if failed else "good"), words


def _statistics_lines(statistics: Sequence[Statistic], summary: Summary) -> list[tuple[str, str]]:
    if not statistics:
        return [("none", f"Statistics not computed yet, since {TAKES_LONG}: {_and_again(summary.run_dir, STATISTICS)}")]
    lines = []
    for required, words in ((True, "published statistics that must"), (False, "other published statistics")):
        judged = [s for s in statistics if s["required"] is required and s["within"] is not None]
        few = sum(s["required"] is required and bool(s["note"]) for s in statistics)
        inside = sum(s["within"] for s in judged)
        if judged:
            rest = f"; for {few} more this run is too small" if few else ""
            text = f'<a href="#statistics">{inside} of {len(judged)} {words}</a> lie within their bands{rest}.'
            lines.append(("good" if inside == len(judged) else "bad" if required else "none", text))
        elif few:
            text = f'For <a href="#statistics">{few} {words}</a> lie within their bands this run is too small.'
            lines.append(("none", text))
    return lines


def statistics_tables(statistics: Sequence[Statistic], summary: Summary) -> str:
    """Each statistic beside its band and source, those that must lie within first."""
    if not statistics:
        hint = f"Not computed yet, since {TAKES_LONG}: {_and_again(summary.run_dir, STATISTICS)}"
        return f'<p class="nothing">{hint}</p>'
    few = [s for s in statistics if s["note"]]
    required = [s for s in statistics if s["required"] and not s["note"]]
    banded = [s for s in statistics if not s["required"] and not s["note"] and s["within"] is not None]
    told = [s for s in statistics if not s["required"] and not s["note"] and s["within"] is None]
    groups = (
        ("that must lie within their bands", required),
        ("with a band, told beside", banded),
        ("without a band", told),
        ("for which this run is too small", few),
    )
    return "".join(
        f"<details{' open' if rows is required or (rows is banded and not required) else ''}>"
        f"<summary>{len(rows)} {words}</summary>{_statistics_table(rows)}</details>"
        for words, rows in groups
        if rows
    )


def _statistics_table(rows: Sequence[Statistic]) -> str:
    body = []
    for row in rows:
        verdict = {True: ("in band", "good"), False: ("outside", "bad"), None: (row["note"] or "told", "none")}
        words, kind = verdict[row["within"]]
        body.append(
            (
                escape(str(row["name"])),
                _number(row["value"]) if row["value"] is not None else "",
                f"{_limits(row)} {escape(row['unit'])}",
                _picture(row),
                f'<span class="{kind}">{escape(words)}</span>',
                f'<span class="source">{escape(str(row["source"]))}</span>',
            )
        )
    return table(("statistic", "here", "band", "where in its band", "verdict", "source"), body, numbers=(1,))


def _limits(row: Statistic) -> str:
    low, high = row["low"], row["high"]
    if low is None and high is None:
        return f"published {_number(row['published'])}" if row["published"] is not None else ""
    if low is None or high is None:
        return f"at most {_number(high)}" if low is None else f"at least {_number(low)}"
    return f"{_number(low)} to {_number(high)}"


def _picture(row: Statistic) -> str:
    """The band as a bar with the value in it, the published figure as a line; "" without both limits."""
    low, high, value = row["low"], row["high"], row["value"]
    if value is None or low is None or high is None or high <= low:
        return ""

    def at(number: float) -> float:
        share: float = (number - low) / (high - low)
        return min(98.0, max(2.0, 25 + 50 * share))

    published = row["published"]
    line = (
        ""
        if published is None
        else f'<line class="published" x1="{at(published):.1f}" x2="{at(published):.1f}" y2="12"/>'
    )
    off = "" if row["within"] else " off"
    where = "in the band" if row["within"] else "outside of the band"
    return (
        f'<svg class="band" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label="{where}">'
        f'<rect class="in" x="25" y="2" width="50" height="8"/>{line}'
        f'<rect class="at{off}" x="{at(value) - 0.9:.1f}" width="1.8" height="12"/></svg>'
    )


def invariants_table(summary: Summary) -> str:
    """Each invariant, what it holds the run to, and how many rows offended."""
    checks = summary.checks
    if checks is None:
        names = [(escape(name), escape(check_meaning(name)), "not checked yet") for name in check_names()]
        hint = f'<p class="nothing">Not checked yet: {_and_again(summary.run_dir)}</p>'
        return hint + table(("invariant", "what it says", "rows that offend"), names)
    known = set(check_names())
    rows = [
        (
            escape(check["name"]),
            escape(
                check_meaning(check["name"]) if check["name"] in known else "The database holds what the lake does."
            ),
            f'<span class="{"bad" if check["violations"] else "good"}">{check["violations"]:,}</span>',
            f"{check['seconds']:.2f}",
        )
        for check in checks.checks
    ]
    told = f'<p class="caption">The database: {escape(checks.postgres)}.</p>'
    return told + table(("invariant", "what it says", "rows that offend", "seconds"), rows, numbers=(2, 3))


def timings_table(manifest: Manifest) -> str:
    """What each partition took."""
    longest = max((p.seconds for p in manifest.partitions), default=0.0)
    rows = [
        (
            f"{p.partition}",
            f"{p.first_batch}-{p.last_batch}",
            f"{p.events:,}",
            f"{p.seconds:.2f}",
            bar(p.seconds, longest),
            f"{p.events / p.seconds:,.0f}" if p.seconds else "",
            f"{p.peak_memory_mb:,.0f}",
        )
        for p in manifest.partitions
    ]
    heads = (
        "partition",
        "batches",
        "events",
        "seconds",
        "share of the longest",
        "events a second",
        "memory at most (MB)",
    )
    told = f'<p class="caption">{escape(made_in(manifest))} on {manifest.workers} workers.</p>'
    return told + table(heads, rows, numbers=(0, 2, 3, 5, 6))


def tables_table(manifest: Manifest) -> str:
    """Rows and bytes of every table, the largest first; those without rows are listed too."""
    found: dict[str, list[int]] = {}
    parts = [*manifest.dimensions.items(), *(item for p in manifest.partitions for item in p.tables.items())]
    for name, part in parts:
        rows, written = found.setdefault(name, [0, 0])
        found[name] = [rows + part.rows, written + part.bytes]
    most = max(written for _, written in found.values())
    body = [
        (
            escape(name),
            "event" if name in manifest.tables else "dimension",
            f"{rows:,}" if rows else "none in this run",
            size(written),
            bar(written, most),
            f"{written / rows:.1f}" if rows else "",
        )
        for name, (rows, written) in sorted(found.items(), key=lambda item: (-item[1][1], item[0]))
    ]
    whole = [sum(each[i] for each in found.values()) for i in (0, 1)]
    told = f'<p class="caption">{len(found)} tables, {whole[0]:,} rows, {size(whole[1])} of Parquet.</p>'
    heads = ("table", "kind", "rows", "bytes", "share of the largest", "bytes a row")
    return told + table(heads, body, numbers=(2, 3, 5))


def provenance(summary: Summary) -> str:
    """How the run came about, and how to make it again and open it."""
    manifest, schedule = summary.manifest, summary.schedule
    identity, biology = manifest.identity, manifest.biology
    planned, executed = summary.capacity, summary.executed
    window = f"{to_date(planned.first_day)} to {to_date(planned.last_day)}"
    shares = ", ".join(f"{k} {getattr(planned, k):.1%} / {getattr(executed, k):.1%}" for k in SHARES)
    base = f", built on {biology.base.name}" if biology.base is not None else ""
    facts = (
        ("Made by", f"Smoltworks {identity.version}"),
        ("Schedule", f"{identity.schedule}, {identity.batch_count:,} batches, SHA-256 {identity.schedule_sha256}"),
        ("Farm", f"{schedule.farm.name}, SHA-256 {identity.farm_sha256}"),
        ("Biology", f"{biology.name}{base}, SHA-256 {biology.sha256}"),
        ("Seed", f"{identity.seed}"),
        ("As-of date", f"{identity.as_of}; the last events fall on the day before"),
        ("Saturation", f"planned / executed, {window}: {shares}"),
        ("Fingerprint", manifest.fingerprint),
    )
    body = [(escape(name), f'<span class="hash">{escape(text)}</span>') for name, text in facts]
    changed = [
        (escape(c.path), escape(str(c.base)), escape(str(c.value)), escape(c.unit), escape(c.source))
        for c in biology.changed
    ]
    differs = (
        f"<h3>Parameters that differ from {escape(biology.base.name)}</h3>"
        + table(("parameter", "there", "here", "unit", "source"), changed)
        if biology.base is not None and changed
        else ""
    )
    lines = [("again", command("run", "--schedule", summary.run_dir / "schedule.yaml", "--out", "runs/again"))]
    lines.append(("query it", summary.lake_line))
    if summary.database_line:
        lines.append(("its database", summary.database_line))
    shown = "\n".join(f"# {what}\n{line}" for what, line in lines)
    return table(("what", "which"), body) + differs + f"<h3>To go on</h3><pre><code>{escape(shown)}</code></pre>"


def batches_table(batches: Sequence[Mapping[str, Any]]) -> str:
    """Every batch in a line."""
    rows = [
        (
            *(escape(str(b[k] or "")) for k in ("batch", "geography", "status", "stage", "begun")),
            f"{b['eggs']:,}",
            escape(str(b["ended"] or "")),
            escape(", ".join(b["sites"] or ())),
        )
        for b in batches
    ]
    heads = ("batch", "geography", "status", "stage", "eggs placed on", "eggs", "ended", "sea areas")
    return table(heads, rows, numbers=(5,))


def _and_again(run_dir: Path, *options: str) -> str:
    """The commands that verify a run and make its page anew."""
    return code(f"{command('verify', run_dir, *options)} && {command('report', run_dir, '--html')}")


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: the Faroe Islands and Scotland."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _short(count: float) -> str:
    """A count in three digits: 6.9 million."""
    if count >= 1e9:
        return f"{count / 1e9:,.2f} billion"
    return f"{count / 1e6:,.1f} million" if count >= 1e6 else f"{count:,.0f}"


def _number(value: float) -> str:
    """A statistic in four digits at the most."""
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
