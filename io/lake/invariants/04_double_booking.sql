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
twice AS (  -- two spans that share a time share all the times that both reach over
    SELECT sensor_id, first_time, last_time, readings, max(last_time) OVER (
        PARTITION BY sensor_id, epoch_us(first_time) % (SELECT 86400000000 // value::BIGINT
            FROM parameter WHERE name = 'readings_per_day')
        ORDER BY first_time, last_time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS read_until
    FROM reading_span
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
SELECT NULL, coalesce(n.name, 'sensor ' || t.sensor_id), t.first_time::DATE, 'one reading at a time for a sensor',
    format('1 at {}', strftime(t.first_time, '%H:%M:%S')),
    format('again until {}', least(t.last_time, t.read_until)::TIMESTAMP)
FROM twice t LEFT JOIN sensor n ON n.id = t.sensor_id
WHERE t.first_time <= t.read_until
ORDER BY ALL
