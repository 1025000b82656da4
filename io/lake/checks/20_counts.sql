-- Rows in the Parquet's footers, as read, in the manifest and by batch agree exactly; the plan's estimate within 2 %.
-- Meals, deaths and deliveries are drawn, so their tables may besides depart by 4 Poisson standard deviations; and
-- deliveries are estimated from one container a stage, whose rations empty a store on other days than those of ten:
-- 15 % there. Tables under 1,000 rows are too small for a share; in the total all count.
WITH counted AS (SELECT table_name, sum(rows) AS rows FROM batch_rows GROUP BY ALL),
dimension AS (
    SELECT 'geography' AS table_name, count(*) AS rows FROM geography
    UNION ALL SELECT 'station', count(*) FROM station
    UNION ALL SELECT 'hall', count(*) FROM hall
    UNION ALL SELECT 'area', count(*) FROM area
    UNION ALL SELECT 'container_type', count(*) FROM container_type
    UNION ALL SELECT 'container', count(*) FROM container
    UNION ALL SELECT 'sensor', count(*) FROM sensor
    UNION ALL SELECT 'feed_container', count(*) FROM feed_container
    UNION ALL SELECT 'feed', count(*) FROM feed
    UNION ALL SELECT 'species', count(*) FROM species
    UNION ALL SELECT 'lifecycle_stage', count(*) FROM lifecycle_stage
    UNION ALL SELECT 'environmental_parameter', count(*) FROM environmental_parameter
    UNION ALL SELECT 'product_grade', count(*) FROM product_grade
),
found AS (FROM counted UNION ALL FROM dimension),
recorded AS (SELECT table_name, sum(rows) AS rows FROM manifest_part GROUP BY ALL),
by_batch AS (SELECT batch_id, sum(rows) AS rows FROM batch_rows GROUP BY ALL),
estimated AS (
    SELECT
        e.table_name, e.rows AS estimate, coalesce(c.rows, 0) AS rows,
        CASE e.table_name WHEN 'feed_purchase' THEN 0.15 ELSE 0.02 END * coalesce(c.rows, 0)
            + CASE WHEN e.table_name IN ('feeding_event', 'mortality_event', 'feed_purchase')
                   THEN 4 * sqrt(coalesce(c.rows, 0)) ELSE 0 END AS slack
    FROM estimate e LEFT JOIN counted c USING (table_name)
    WHERE greatest(e.rows, c.rows) >= 1000
    UNION ALL
    SELECT 'all tables', e.rows, c.rows, 0.02 * c.rows
    FROM (SELECT sum(rows) AS rows FROM estimate) e CROSS JOIN (SELECT sum(rows) AS rows FROM counted) c
)
SELECT
    NULL::VARCHAR AS batch_number, NULL::VARCHAR AS container, NULL::DATE AS date,
        'rows in the footer of ' || p.file AS what,
    p.rows::VARCHAR AS expected, f.rows::VARCHAR AS found
FROM manifest_part p LEFT JOIN parquet_footer f USING (file)
WHERE p.rows IS DISTINCT FROM f.rows
UNION ALL
SELECT NULL, NULL, NULL, 'rows of ' || coalesce(r.table_name, f.table_name) || ' in the manifest', coalesce(r.rows,
    0)::BIGINT::VARCHAR, coalesce(f.rows, 0)::BIGINT::VARCHAR
FROM recorded r FULL JOIN found f ON f.table_name = r.table_name
WHERE coalesce(r.rows, 0) <> coalesce(f.rows, 0)
UNION ALL
SELECT p.batch_number, NULL, NULL, 'rows of the batch in the manifest', m.rows::VARCHAR, b.rows::BIGINT::VARCHAR
FROM manifest_batch m
FULL JOIN by_batch b ON b.batch_id = m.batch_id
LEFT JOIN planned_batch p ON p.batch_id = coalesce(m.batch_id, b.batch_id)
WHERE m.rows IS DISTINCT FROM b.rows
UNION ALL
SELECT p.batch_number, NULL, NULL, 'a planned batch is in the lake', '1', count(b.id)::VARCHAR
FROM planned_batch p LEFT JOIN batch b ON b.id = p.batch_id
GROUP BY p.batch_id, p.batch_number HAVING count(b.id) <> 1
UNION ALL
SELECT NULL, NULL, NULL, 'batches of the run', run.batch_count::VARCHAR, (SELECT count(*) FROM batch)::VARCHAR
FROM run WHERE run.batch_count <> (SELECT count(*) FROM batch)
UNION ALL
SELECT NULL, NULL, NULL, format('the plan''s estimate of {}', table_name),
    format('{} +- {:.0f}', rows::BIGINT, slack), estimate::BIGINT::VARCHAR
FROM estimated WHERE abs(estimate - rows) > slack
ORDER BY ALL
