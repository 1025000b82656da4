-- COMPLETED <=> harvested <=> no active assignment <=> end date = last departure. Never COMPLETED before Adult.
WITH seen AS (
    SELECT
        b.*, run.as_of, last.id AS last_stage,
        -- harvested: every ring that still held fish has been emptied
        (SELECT count(*) FROM harvest_event e WHERE e.batch_id = b.id) AS harvests,
        (SELECT count(*) FROM container_assignment a
            WHERE a.batch_id = b.id AND a.lifecycle_stage_id = last.id AND a.is_active) AS full_rings,
        (SELECT count(*) FROM container_assignment a WHERE a.batch_id = b.id AND a.is_active) AS active,
        (SELECT max(departure_date) FROM container_assignment a WHERE a.batch_id = b.id) AS last_departure
    FROM batch b CROSS JOIN run CROSS JOIN (SELECT max(id) AS id FROM lifecycle_stage) AS last
),
figure AS (
    SELECT batch_number, actual_end_date AS date, status = 'COMPLETED' AS completed, unnest([
        {'what': 'COMPLETED = harvested', 'holds': (status = 'COMPLETED') = (harvests > 0 AND full_rings = 0),
            'found': format('{}, {} harvests, {} rings with fish', status, harvests, full_rings)},
        {'what': 'COMPLETED = no active assignment', 'holds': (status = 'COMPLETED') = (active = 0),
            'found': format('{}, {} active', status, active)},
        {'what': 'COMPLETED = has an end date', 'holds': (status = 'COMPLETED') = (actual_end_date IS NOT NULL),
            'found': format('{}, end {}', status, actual_end_date)},
        {'what': 'COMPLETED = has a reason of harvest',
            'holds': (status = 'COMPLETED') = (harvest_reason IS NOT NULL), 'found':
                format('{}, reason {}', status, harvest_reason)},
        {'what': 'end date = last departure',
            'holds': actual_end_date IS NULL OR actual_end_date IS NOT DISTINCT
            FROM last_departure, 'found': format('end {}, last departure {}', actual_end_date, last_departure)},
        {'what': 'COMPLETED only as Adult', 'holds': status <> 'COMPLETED' OR lifecycle_stage_id = last_stage,
            'found': format('{} in stage {}', status, lifecycle_stage_id)},
        {'what': 'ends by the planned day', 'holds': coalesce(actual_end_date, as_of) <= expected_end_date,
            'found': format('{}, end {}, planned {}', status, actual_end_date, expected_end_date)}
    ]) AS f
    FROM seen
)
SELECT batch_number, NULL::VARCHAR AS container, date, f.what AS what, 'to hold' AS expected, f.found AS found
FROM figure WHERE f.holds IS NOT TRUE
UNION ALL
SELECT s.batch_number, s.container, s.departure_date, 'active = no departure date', 'one or the other',
       format('active {}, departure {}', a.is_active, a.departure_date)
FROM container_assignment a JOIN stay s ON s.assignment_id = a.id
WHERE a.is_active IS DISTINCT FROM (a.departure_date IS NULL)
UNION ALL
SELECT s.batch_number, s.container, s.departure_date, 'departure from the last stage by harvest alone',
    'a harvest', format('departure {} with {} fish', s.departure_date, d.population)
FROM stay s
JOIN daily_truth d ON d.assignment_id = s.assignment_id AND d.date = s.departure_date - 1 AND d.population > 0
WHERE s.stage = (SELECT max(id) FROM lifecycle_stage)
    AND NOT EXISTS (SELECT 1 FROM harvest_event e WHERE e.assignment_id = s.assignment_id)
ORDER BY ALL
