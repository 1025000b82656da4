-- For every batch, on every day, in whole fish: eggs = dead + lost in transfers + culled + harvested + alive.
-- The living are counted from the daily states, the rest from the events; a population never rises.
WITH change AS (
    SELECT batch_id, event_date AS day, count AS fish FROM mortality_event
    UNION ALL
    SELECT batch_id, actual_execution_date, mortality_during_transfer FROM transfer_action
    UNION ALL
    -- the last day's state still holds the harvested: they leave after it
    SELECT batch_id, event_date::DATE + 1, harvested_count FROM harvest_event
),
gone AS (SELECT batch_id, day, sum(fish) AS fish FROM change GROUP BY ALL),
alive AS (SELECT batch_id, date AS day, sum(population) AS fish FROM daily_state GROUP BY ALL),
calendar AS (
    SELECT b.id AS batch_id, b.batch_number, b.initial_count AS eggs, t.day::DATE AS day
    FROM batch b
    CROSS JOIN run
    CROSS JOIN generate_series(
        b.start_date::TIMESTAMP, coalesce(b.actual_end_date, run.as_of)::TIMESTAMP - INTERVAL 1 DAY, INTERVAL 1 DAY
    ) AS t (day)
),
ledger AS (
    SELECT
        c.*, coalesce(a.fish, 0) AS alive,
        sum(coalesce(g.fish, 0)) OVER (PARTITION BY c.batch_id ORDER BY c.day) AS gone
    FROM calendar c
    LEFT JOIN gone g USING (batch_id, day)
    LEFT JOIN alive a USING (batch_id, day)
),
steps AS (
    SELECT *, lag(alive) OVER (PARTITION BY batch_id ORDER BY day) AS alive_before FROM ledger
),
total AS (
    SELECT
        b.id AS batch_id, b.batch_number, b.initial_count AS eggs,
        coalesce((SELECT sum(fish) FROM change c WHERE c.batch_id = b.id), 0) AS gone,
        coalesce((SELECT sum(population_count) FROM container_assignment a WHERE a.batch_id = b.id), 0) AS alive
    FROM batch b
)
SELECT
    batch_number, NULL::VARCHAR AS container, day AS date, 'eggs = gone + alive' AS what,
    eggs::VARCHAR AS expected, format('{} = {} gone + {} alive', (gone + alive)::BIGINT, gone::BIGINT,
        alive::BIGINT) AS found
FROM ledger WHERE gone + alive <> eggs
UNION ALL
SELECT batch_number, NULL, day, 'population never rises', format('at most {}', alive_before::BIGINT), alive::VARCHAR
FROM steps WHERE alive > alive_before
UNION ALL
SELECT
    batch_number, NULL, NULL, 'eggs = all that is gone + what the assignments hold', eggs::VARCHAR,
    format('{} = {} gone + {} alive', (gone + alive)::BIGINT, gone::BIGINT, alive::BIGINT)
FROM total WHERE gone + alive <> eggs
UNION ALL
SELECT
    coalesce(b.batch_number, p.batch_number), NULL, NULL, 'eggs placed as planned', p.eggs::VARCHAR,
    b.initial_count::VARCHAR
FROM batch b FULL JOIN planned_batch p ON p.batch_id = b.id
WHERE b.initial_count IS DISTINCT FROM p.eggs
UNION ALL
SELECT b.batch_number, NULL, b.start_date, 'eggs of the first containers', b.initial_count::VARCHAR,
    sum(a.initial_count)::VARCHAR
FROM batch b LEFT JOIN container_assignment a ON a.batch_id = b.id AND a.lifecycle_stage_id = 1
GROUP BY ALL HAVING sum(a.initial_count) IS DISTINCT FROM b.initial_count
ORDER BY ALL
