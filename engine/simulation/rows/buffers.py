"""Arrays that hold a batch's readings, reused from batch to batch: there are too many to be made anew for each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

COLUMNS = {
    "batch_id": np.int32,
    "container_id": np.int32,
    "batch_container_assignment_id": np.int64,
    "sensor_id": np.int32,
    "parameter_id": np.int8,
    "reading_time": np.int64,
    "value": np.int64,
}


@dataclass
class ReadingBuffers:
    """Columns of readings with room for a batch's: a worker's own, written anew for each batch."""

    columns: dict[str, np.ndarray] = field(default_factory=dict)

    def with_room(self, rows: int) -> dict[str, np.ndarray]:
        """The columns, each of `rows` elements or more; what they held may be lost."""
        if not self.columns or len(self.columns["value"]) < rows:
            size = rows + rows // 8
            self.columns = {name: np.empty(size, dtype=dtype) for name, dtype in COLUMNS.items()}
        return self.columns
