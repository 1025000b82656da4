"""Which parameters a run was made with, for its record: what they build on and everything that differs from there."""

from __future__ import annotations

from engine.biology.derivation import Change, changes
from engine.biology.parameters import Biology, read_biology
from engine.inputs.reading import load_text, sha256
from engine.inputs.shipped_files import find_shipped
from lake.errors import InputError
from lake.manifest import BiologyRecord, ChangedParameter, FileRecord

PUBLISHED = "published"


def biology_record(biology: Biology) -> BiologyRecord:
    """A resolved biology's own derivation; a file that names no base is compared with the published set."""
    derivation = biology.file.derivation
    if derivation is not None:
        return BiologyRecord(
            name=biology.name,
            sha256=biology.sha256,
            purpose=derivation.purpose,
            base=FileRecord(derivation.base.name, derivation.base.sha256),
            overlays=tuple(FileRecord(each.name, each.sha256) for each in derivation.overlays),
            changed=tuple(map(_recorded, derivation.changed)),
        )
    try:
        if sha256(load_text(find_shipped("biology", PUBLISHED, None))) == biology.sha256:
            return BiologyRecord(name=biology.name, sha256=biology.sha256)
        published = read_biology(PUBLISHED)
    except InputError:
        return BiologyRecord(name=biology.name, sha256=biology.sha256)
    found = changes(published.file, biology.file, None)
    base = FileRecord(published.name, published.sha256)
    return BiologyRecord(name=biology.name, sha256=biology.sha256, base=base, changed=tuple(map(_recorded, found)))


def _recorded(change: Change) -> ChangedParameter:
    return ChangedParameter(
        path=change.path,
        base=change.base,
        value=change.value,
        unit=change.unit,
        confidence=change.confidence,
        source=change.source,
        file=change.overlay or "",
    )
