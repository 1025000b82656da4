-- No two stays overlap in one container (half-open days), in the plan and in the data; the executed stay lies inside
-- the planned one; a sensor has one reading at a time.
WITH booked AS (
    SELECT 'data' AS source, assignment_id AS id, batch_id, container_id, first_day, end_day FROM stay
    UNION ALL
    SELECT 'plan', row_number() OVER (), batch_id, container_id, start_date, end_date FROM planned_stay
),
overlap AS (
    SELECT x.source, x.container_id, x.batch_id, y.batch_id AS other_id,
           greatest(x.first_day, y.first_day) AS first_day, least(x.end_day, y.end_day) AS end_day
    FROM booked x
    JOIN booked y
        ON x.container_id = y.container_id AND x.source = y.source AND x.id < y.id
        AND x.first_day < y.end_day AND y.first_day < x.end_day
),
executed AS (
    SELECT s.*, p.start_date, p.end_date, a.planned_departure_date
    FROM stay s
    JOIN container_assignment a ON a.id = s.assignment_id
    LEFT JOIN planned_stay p
        ON p.batch_id = s.batch_id AND p.lifecycle_stage_id = s.stage AND p.container_id = s.container_id
),
twice AS (
    SELECT sensor_id, block, sum(readings - off_grid) AS readings, bit_count(bit_or(taken)) AS times
    FROM reading_block GROUP BY ALL
),
beside AS (  -- only where a time is off the grid are single readings looked at
    SELECT sensor_id, reading_time, count(*) AS readings
    FROM environmental_reading r
    SEMI JOIN (SELECT sensor_id AS id FROM reading_block WHERE off_grid > 0) o ON r.sensor_id IS NOT DISTINCT FROM o.id
    WHERE epoch_us(reading_time) % (SELECT 86400000000 // value::BIGINT
    FROM parameter WHERE name = 'readings_per_day') <> 0
    GROUP BY ALL
)
SELECT
    b.batch_number, c.name AS container, o.first_day AS date,
        'one batch in a container at a time (' || o.source || ')' AS what,
    format('{} alone', b.batch_number) AS expected,
    format('{} too, {} to {}', other.batch_number, o.first_day, o.end_day - 1) AS found
FROM overlap o
LEFT JOIN planned_batch b ON b.batch_id = o.batch_id
LEFT JOIN planned_batch other ON other.batch_id = o.other_id
LEFT JOIN container c ON c.id = o.container_id
UNION ALL
SELECT
    batch_number, container, first_day, 'stay lies inside the planned one',
    coalesce(format('{} to {}', start_date, end_date), 'none planned'), format('{} to {}', first_day, end_day)
FROM executed WHERE (first_day >= start_date AND end_day <= end_date) IS NOT TRUE
UNION ALL
SELECT batch_number, container, first_day, 'planned departure as planned', end_date::VARCHAR,
    planned_departure_date::VARCHAR
FROM executed WHERE planned_departure_date <> end_date
UNION ALL
SELECT NULL, coalesce(n.name, 'sensor ' || t.sensor_id), NULL, 'one reading at a time for a sensor',
       format('{} readings in block {}', t.times, t.block), t.readings::VARCHAR
FROM twice t LEFT JOIN sensor n ON n.id = t.sensor_id
WHERE t.readings <> t.times
UNION ALL
SELECT NULL, coalesce(n.name, 'sensor ' || t.sensor_id), t.reading_time::DATE, 'one reading at a time for a sensor',
       format('1 at {}', strftime(t.reading_time, '%H:%M:%S')), t.readings::VARCHAR
FROM beside t LEFT JOIN sensor n ON n.id = t.sensor_id
WHERE t.readings <> 1
ORDER BY ALL
