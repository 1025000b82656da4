"""What every chart stands on: each container with where it is, each stay in it, each count of lice, and the limits."""

from __future__ import annotations

from lake.adult_females import ADULT_FEMALES
from lake.views import Connection

TABLES = (
    *("area", "batch", "container", "container_assignment", "geography", "hall", "station", "lifecycle_stage"),
    *("lice_count", "lice_type", "lice_limit"),
)
"""What `make_stays` reads."""

PREPARED = f"""
CREATE OR REPLACE TEMP TABLE place AS
SELECT
    c.id AS container_id, c.name AS ring, c.geography_id, g.name AS geography, l.id AS stage_id, l.name AS stage,
    g.name || ' ' || l.name AS pool, c.area_id IS NOT NULL AS at_sea, coalesce(a.name, s.name) AS site,
    coalesce(a.name, h.name) AS room,
    row_number() OVER (PARTITION BY c.geography_id, l.id ORDER BY coalesce(c.area_id, c.hall_id), c.id) - 1 AS slot
FROM container c
JOIN geography g ON g.id = c.geography_id
JOIN lifecycle_stage l ON l.id = c.lifecycle_stage_id
LEFT JOIN area a ON a.id = c.area_id
LEFT JOIN hall h ON h.id = c.hall_id
LEFT JOIN station s ON s.id = h.station_id;

CREATE OR REPLACE TEMP TABLE stay AS
SELECT
    x.id AS assignment_id, x.batch_id, b.batch_number AS batch, p.*, x.assignment_date AS first_day,
    coalesce(x.departure_date, run.as_of) AS end_day
FROM container_assignment x JOIN batch b ON b.id = x.batch_id JOIN place p USING (container_id) CROSS JOIN run
WHERE x.initial_count > 0;

CREATE OR REPLACE TEMP VIEW adult_females AS {ADULT_FEMALES};

CREATE OR REPLACE TEMP VIEW limit_day AS
WITH span AS (SELECT geography_id, min(first_day) AS first, max(end_day) AS last FROM stay WHERE at_sea GROUP BY ALL)
SELECT
    s.geography_id, g.name AS geography, d.day, l.adult_female_limit::DOUBLE AS allowed,
    l.treated_above::DOUBLE AS treated_above
FROM span s
JOIN geography g ON g.id = s.geography_id
CROSS JOIN LATERAL (
    SELECT greatest(s.first, m::DATE) AS day
    FROM generate_series(date_trunc('month', s.first)::TIMESTAMP, (s.last - 1)::TIMESTAMP, INTERVAL 1 MONTH) t(m)
    UNION ALL SELECT s.last
) d
JOIN lice_limit l ON l.geography_id = s.geography_id AND l.month = month(d.day - CAST(d.day = s.last AS INTEGER));
"""
"""place: a container. stay: fish of a batch in one. adult_females: a count. limit_day: the limit of lice from a day on,
each geography's while it has fish at sea."""


def make_stays(connection: Connection) -> None:
    """Make the tables and views of PREPARED."""
    connection.execute(PREPARED)
