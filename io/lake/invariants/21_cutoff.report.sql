-- The plan's word on the as-of date beside what came.
SELECT
    run.as_of, count(*) AS batches, count_if(cutoff_forecast = 'COMPLETED') AS certainly_completed,
    count_if(cutoff_forecast = 'ACTIVE') AS certainly_active, count_if(cutoff_forecast = 'UNDECIDED') AS undecided,
    count_if(status = 'COMPLETED') AS completed
FROM batch CROSS JOIN run
GROUP BY run.as_of
