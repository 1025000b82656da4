-- What the plan called certain at the as-of date came true, and the number completed lies in its interval: from the
-- certain ones to those and the undecided. What is certain from the dates alone must be called so.
WITH summary AS (
    SELECT
        count_if(cutoff_forecast = 'COMPLETED') AS certain,
        count_if(cutoff_forecast IN ('COMPLETED', 'UNDECIDED')) AS possible,
        count_if(status = 'COMPLETED') AS completed
    FROM batch
),
sea AS (
    SELECT batch_id, min(start_date) AS first_day FROM planned_stay
    WHERE lifecycle_stage_id = (SELECT max(id) FROM lifecycle_stage) GROUP BY ALL
)
SELECT
    batch_number, NULL::VARCHAR AS container, actual_end_date AS date, 'certain at the as-of date' AS what,
    cutoff_forecast::VARCHAR AS expected, status::VARCHAR AS found
FROM batch WHERE cutoff_forecast::VARCHAR <> 'UNDECIDED' AND cutoff_forecast::VARCHAR <> status::VARCHAR
UNION ALL
SELECT NULL, NULL, run.as_of, 'batches completed', format('{} to {}', certain, possible), completed::VARCHAR
FROM summary CROSS JOIN run WHERE completed NOT BETWEEN certain AND possible
UNION ALL
SELECT p.batch_number, NULL, p.end_date, 'planned to end by the as-of date', 'COMPLETED', b.cutoff_forecast::VARCHAR
FROM planned_batch p CROSS JOIN run LEFT JOIN batch b ON b.id = p.batch_id
WHERE p.end_date <= run.as_of AND p.status IS NULL AND b.cutoff_forecast IS DISTINCT FROM 'COMPLETED'
UNION ALL
SELECT p.batch_number, NULL, s.first_day, 'not yet in the sea at the as-of date', coalesce(p.status, 'ACTIVE'),
    b.cutoff_forecast::VARCHAR
FROM planned_batch p CROSS JOIN run LEFT JOIN sea s USING (batch_id) LEFT JOIN batch b ON b.id = p.batch_id
WHERE coalesce(s.first_day, run.as_of) >= run.as_of AND b.cutoff_forecast::VARCHAR IS DISTINCT FROM coalesce(p.status, 'ACTIVE')
ORDER BY ALL
