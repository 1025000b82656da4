-- Per stay: placed + moved in - moved out - dead - culled - harvested = fish at the end; 0 after departure.
WITH change AS (
    SELECT assignment_id, -count AS fish, 'dead or culled' AS kind FROM mortality_event
    UNION ALL SELECT source_assignment_id, -(transferred_count + mortality_during_transfer), 'moved out'
        FROM fish_moved
    UNION ALL SELECT dest_assignment_id, transferred_count, 'moved in' FROM fish_moved
    UNION ALL SELECT assignment_id, -harvested_count, 'harvested' FROM harvest_event
    UNION ALL SELECT id, initial_count, 'placed' FROM container_assignment WHERE lifecycle_stage_id = 1
),
balance AS (
    SELECT
        assignment_id, sum(fish) AS fish,
        string_agg(kind || ' ' || n::BIGINT, ', ' ORDER BY kind) AS steps
    FROM (SELECT assignment_id, kind, sum(fish) AS n, sum(fish) AS fish FROM change GROUP BY ALL)
    GROUP BY assignment_id
),
last_state AS (
    SELECT assignment_id, arg_max(population, date) AS population FROM daily_state GROUP BY assignment_id
)
SELECT
    s.batch_number, s.container, s.end_day AS date,
    'placed + moved in - moved out - dead - culled - harvested = fish at the end' AS what,
    a.population_count::VARCHAR AS expected, format('{}: {}', coalesce(b.fish, 0)::BIGINT, b.steps) AS found
FROM container_assignment a
JOIN stay s ON s.assignment_id = a.id
LEFT JOIN balance b ON b.assignment_id = a.id
WHERE coalesce(b.fish, 0) <> a.population_count
UNION ALL
SELECT s.batch_number, s.container, s.departure_date, 'empty after departure', '0', a.population_count::VARCHAR
FROM container_assignment a JOIN stay s ON s.assignment_id = a.id
WHERE a.departure_date IS NOT NULL AND a.population_count <> 0
UNION ALL
SELECT s.batch_number, s.container, s.end_day, 'fish at the as-of date = the last state', l.population::VARCHAR,
    a.population_count::VARCHAR
FROM container_assignment a
JOIN stay s ON s.assignment_id = a.id
LEFT JOIN last_state l ON l.assignment_id = a.id
WHERE a.departure_date IS NULL AND l.population IS DISTINCT FROM a.population_count
UNION ALL
SELECT s.batch_number, s.container, s.first_day, 'no count is negative', 'at least 0', least(a.initial_count,
    a.population_count)::VARCHAR
FROM container_assignment a JOIN stay s ON s.assignment_id = a.id
WHERE least(a.initial_count, a.population_count) < 0
ORDER BY ALL
