-- Rows in the Parquet's footers, as read, in the manifest and by batch agree exactly; the plan's estimate of all of them
-- within 2 %, and what a single batch's stay at sea may be off by: 10 % over the root of the batches.
WITH counted AS (SELECT table_name, sum(rows) AS rows FROM batch_rows GROUP BY ALL),
found AS (FROM counted UNION ALL FROM dimension_rows),
recorded AS (SELECT table_name, sum(rows) AS rows FROM manifest_part GROUP BY ALL),
by_batch AS (SELECT batch_id, sum(rows) AS rows FROM batch_rows GROUP BY ALL),
planned AS (
    SELECT
        (SELECT sum(rows) FROM estimate) AS estimate, (SELECT sum(rows) FROM counted) AS rows,
        (0.02 + 0.1 / sqrt(run.batch_count)) * (SELECT sum(rows) FROM counted) AS slack
    FROM run
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
SELECT NULL, NULL, NULL, 'the plan''s estimate of all tables', format('{} +- {:.0f}', rows::BIGINT, slack),
    estimate::BIGINT::VARCHAR
FROM planned WHERE abs(estimate - rows) > slack
ORDER BY ALL
