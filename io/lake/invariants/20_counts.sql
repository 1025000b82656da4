-- Rows in the Parquet's footers, as read, in the manifest and by batch agree exactly; the plan's estimate within 2 %.
-- Slack beyond: what is drawn fish by fish or meal by meal by 4 Poisson standard deviations; what one container a stage
-- stands for by 5 % in place of 2; and where a few batches near the as-of date bear the rows, or where rows begin with
-- the harvest, by those of two of them.
-- Tables under 1,000 rows are too small for a share; in the total all count.
WITH counted AS (SELECT table_name, sum(rows) AS rows FROM batch_rows GROUP BY ALL),
found AS (FROM counted UNION ALL FROM dimension_rows),
recorded AS (SELECT table_name, sum(rows) AS rows FROM manifest_part GROUP BY ALL),
by_batch AS (SELECT batch_id, sum(rows) AS rows FROM batch_rows GROUP BY ALL),
bearers AS (SELECT count_if(status IN ('ACTIVE', 'RECEIVING')) AS active, count_if(status = 'COMPLETED') AS completed FROM batch),
slack (table_name, share, deviations, batches) AS (
    VALUES
        ('feeding_event', 0.02, 4, NULL), ('mortality_event', 0.02, 4, NULL), ('mortality_record', 0.02, 4, NULL), ('feed_purchase', 0.05, 4, NULL),
        ('feed_container_stock', 0.05, 4, 'active'), ('journal_entry', 0.05, 4, NULL),
        ('lice_count', 0.05, 4, NULL), ('treatment', 0.05, 4, NULL), ('treatment_truth', 0.05, 4, NULL),
        ('health_event', 0.05, 4, NULL), ('health_lab_sample', 0.05, 4, NULL), ('sensor_fault', 0.02, 4, NULL),
        ('live_forward_projection', 0.05, 0, 'active'),
        ('container_forecast_summary', 0.05, 0, 'active'),
        ('harvest_event', 0.02, 0, 'completed'), ('harvest_lot', 0.02, 4, 'completed'),
        ('harvest_waste', 0.02, 4, 'completed'), ('fact_harvest', 0.02, 4, 'completed'),
        ('intercompany_transaction', 0.02, 4, 'completed')
),
estimated AS (
    SELECT
        e.table_name, e.rows AS estimate, coalesce(c.rows, 0) AS rows,
        coalesce(s.share, 0.02) * coalesce(c.rows, 0) + coalesce(s.deviations, 0) * sqrt(coalesce(c.rows, 0))
            + 2 * coalesce(c.rows, 0) * CASE s.batches
                WHEN 'active' THEN 1 / greatest(b.active, 1) WHEN 'completed' THEN 1 / greatest(b.completed, 1) ELSE 0
            END AS slack
    FROM estimate e LEFT JOIN counted c USING (table_name) LEFT JOIN slack s USING (table_name) CROSS JOIN bearers b
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
