-- One row per assignment and day, no gap; its population, feed and deaths equal the events' sums.
-- Feed in 0.0001 kg.
WITH entry AS (
    SELECT
        assignment_id, date, 1 AS states, population, mortality_count AS said_dead,
        (feed_kg * 10000)::BIGINT AS said_feed, 0 AS dead, 0::BIGINT AS feed
    FROM daily_state
    UNION ALL
    SELECT assignment_id, event_date, 0, 0, 0, 0, count, 0 FROM mortality_event
    UNION ALL
    SELECT batch_assignment_id, feeding_date, 0, 0, 0, 0, 0, (amount_kg * 10000)::BIGINT FROM feeding_event
),
day AS (
    SELECT
        assignment_id, date, sum(states)::BIGINT AS states, sum(population)::BIGINT AS population,
        sum(said_dead)::BIGINT AS said_dead, sum(said_feed)::BIGINT AS said_feed, sum(dead)::BIGINT AS dead,
        sum(feed)::BIGINT AS feed
    FROM entry GROUP BY ALL
),
line AS (
    SELECT
        s.assignment_id, s.batch_number, s.container, s.first_day, s.end_day,
        coalesce(sum(d.states), 0)::BIGINT AS rows, count(d.date) AS days, min(d.date) AS first_row, max(d.date) AS last_row
    FROM stay s LEFT JOIN (FROM day WHERE states > 0) d USING (assignment_id)
    GROUP BY ALL
),
step AS (
    SELECT d.*, s.batch_number, s.container,
           coalesce(lag(d.population) OVER (PARTITION BY d.assignment_id ORDER BY d.date),
               s.initial_count) - d.dead AS due
    FROM day d LEFT JOIN stay s USING (assignment_id)
),
last_state AS (
    SELECT assignment_id, arg_max(avg_weight_g, date) AS weight_g FROM daily_state GROUP BY ALL
),
anchored AS (
    SELECT s.batch_number, s.container, d.date, d.anchor_type::VARCHAR AS found,
           CASE WHEN g.id IS NOT NULL THEN 'growth_sample' WHEN s.stage > 1
               AND d.date = s.first_day THEN 'transfer' END AS expected
    FROM daily_state d
    JOIN stay s USING (assignment_id)
    LEFT JOIN growth_sample g ON g.assignment_id = d.assignment_id AND g.sample_date = d.date
)
SELECT
    batch_number, container, first_day AS date, 'one state a day' AS what,
    format('{} from {} to {}', end_day - first_day, first_day, end_day - 1) AS expected,
    format('{} on {} days from {} to {}', rows, days, first_row, last_row) AS found
FROM line WHERE (rows = end_day - first_day AND days = rows AND first_row = first_day
    AND last_row = end_day - 1) IS NOT TRUE
UNION ALL
SELECT batch_number, container, date, 'population = the day before''s less the dead', due::BIGINT::VARCHAR,
    population::BIGINT::VARCHAR
FROM step WHERE population IS DISTINCT FROM due
UNION ALL
SELECT batch_number, container, date, 'deaths = mortality events', dead::BIGINT::VARCHAR, said_dead::BIGINT::VARCHAR
FROM step WHERE said_dead <> dead
UNION ALL
SELECT batch_number, container, date, 'feed = meals', format('{:.4f}', feed / 10000),
    format('{:.4f}', said_feed / 10000)
FROM step WHERE said_feed <> feed
UNION ALL
SELECT s.batch_number, s.container, s.end_day - 1, 'assignment''s weight = the last state''s', l.weight_g::VARCHAR,
    a.avg_weight_g::VARCHAR
FROM container_assignment a
JOIN stay s ON s.assignment_id = a.id
LEFT JOIN last_state l ON l.assignment_id = a.id
WHERE l.weight_g IS DISTINCT FROM a.avg_weight_g
UNION ALL
SELECT batch_number, container, date, 'anchor', coalesce(expected, 'none'), coalesce(found, 'none')
FROM anchored WHERE found IS DISTINCT FROM expected
ORDER BY ALL
