-- Every event lies in its assignment's stay; nothing on or after the as-of date; nothing for a harvested batch.
-- Days are half-open: the day of departure belongs to the container arrived in.
WITH event AS (  -- first and last day of each stay's events, by table
    SELECT 'environmental_reading' AS table_name, assignment_id, min(first_time)::DATE AS first_day,
        max(last_time)::DATE AS last_day
    FROM reading_block GROUP BY ALL
    UNION ALL SELECT 'feeding_event', batch_assignment_id, min(feeding_date), max(feeding_date)
        FROM feeding_event GROUP BY ALL
    UNION ALL SELECT 'mortality_event', assignment_id, min(event_date), max(event_date)
        FROM mortality_event GROUP BY ALL
    UNION ALL SELECT 'growth_sample', assignment_id, min(sample_date), max(sample_date)
        FROM growth_sample GROUP BY ALL
    UNION ALL SELECT 'daily_state', assignment_id, min(date), max(date) FROM daily_state GROUP BY ALL
    UNION ALL SELECT 'harvest_event', assignment_id, min(event_date)::DATE, max(event_date)::DATE
        FROM harvest_event GROUP BY ALL
    UNION ALL SELECT 'creation_action', dest_assignment_id, min(actual_delivery_date), max(actual_delivery_date)
        FROM creation_action GROUP BY ALL
    UNION ALL SELECT 'health_sampling_event', assignment_id, min(sampling_date), max(sampling_date)
        FROM health_sampling_event GROUP BY ALL
    UNION ALL SELECT 'container_feeding_summary', container_assignment_id, min(period_start), max(period_end)
        FROM container_feeding_summary GROUP BY ALL
    UNION ALL SELECT 'container_assignment.last_weighing_date', id, last_weighing_date, last_weighing_date
    FROM container_assignment WHERE last_weighing_date IS NOT NULL
),
dated AS (  -- last day of whatever carries a date, by batch; a departure is the first day after
    SELECT 'container_assignment.assignment_date' AS what, batch_id, max(assignment_date) AS last_day
        FROM container_assignment GROUP BY ALL
    UNION ALL SELECT 'container_assignment.departure_date - 1', batch_id, max(departure_date) - 1
        FROM container_assignment GROUP BY ALL
    UNION ALL SELECT 'transfer_workflow', batch_id, max(greatest(actual_start_date, actual_completion_date))
        FROM transfer_workflow GROUP BY ALL
    UNION ALL SELECT 'transfer_action', batch_id, max(actual_execution_date) FROM transfer_action GROUP BY ALL
    UNION ALL SELECT 'feed_purchase', batch_id, max(purchase_date) FROM feed_purchase GROUP BY ALL
    UNION ALL SELECT 'feeding_event', batch_id, max(feeding_date) FROM feeding_event GROUP BY ALL
    UNION ALL SELECT 'mortality_event', batch_id, max(event_date) FROM mortality_event GROUP BY ALL
    UNION ALL SELECT 'growth_sample', batch_id, max(sample_date) FROM growth_sample GROUP BY ALL
    UNION ALL SELECT 'daily_state', batch_id, max(date) FROM daily_state GROUP BY ALL
    UNION ALL SELECT 'projection_run.run_date', batch_id, max(run_date)::DATE FROM projection_run GROUP BY ALL
    UNION ALL SELECT 'container_forecast_summary.state_date', batch_id, max(state_date)
        FROM container_forecast_summary GROUP BY ALL
    UNION ALL SELECT 'planned_activity.completed_at', batch_id, max(completed_at)::DATE
        FROM planned_activity GROUP BY ALL
    UNION ALL SELECT 'harvest_event', batch_id, max(event_date)::DATE FROM harvest_event GROUP BY ALL
    UNION ALL SELECT 'fact_harvest', batch_id, max(event_date)::DATE FROM fact_harvest GROUP BY ALL
    UNION ALL SELECT 'intercompany_transaction', batch_id, max(posting_date) FROM intercompany_transaction GROUP BY ALL
    UNION ALL SELECT 'feed_container_stock', batch_id, max(entry_date)::DATE FROM feed_container_stock GROUP BY ALL
    UNION ALL SELECT 'container_feeding_summary', batch_id, max(period_end) FROM container_feeding_summary GROUP BY ALL
    UNION ALL SELECT 'batch_feeding_summary', batch_id, max(period_end) FROM batch_feeding_summary GROUP BY ALL
    UNION ALL SELECT 'environmental_reading', batch_id, max(last_time)::DATE FROM reading_block GROUP BY ALL
    UNION ALL SELECT 'creation_workflow', batch_id, max(greatest(actual_start_date, actual_completion_date))
        FROM creation_workflow GROUP BY ALL
    UNION ALL SELECT 'creation_action', batch_id, max(actual_delivery_date) FROM creation_action GROUP BY ALL
    UNION ALL SELECT 'health_sampling_event', batch_id, max(sampling_date) FROM health_sampling_event GROUP BY ALL
    UNION ALL SELECT 'batch.start_date', id, start_date FROM batch
    UNION ALL SELECT 'batch.actual_end_date - 1', id, actual_end_date - 1 FROM batch
)
SELECT
    s.batch_number, s.container, CASE WHEN e.first_day < s.first_day THEN e.first_day ELSE e.last_day END AS date,
    e.table_name || ' within the stay' AS what, format('{} to {}', s.first_day, s.end_day - 1) AS expected,
    format('{} to {}', e.first_day, e.last_day) AS found
FROM event e JOIN stay s USING (assignment_id)
WHERE e.first_day < s.first_day OR e.last_day >= s.end_day
UNION ALL
SELECT batch_number, container, first_day, 'a stay lasts a day or more', format('after {}', first_day),
    end_day::VARCHAR
FROM stay WHERE end_day <= first_day
UNION ALL
SELECT b.batch_number, NULL, d.last_day, d.what || ' before the as-of date', format('before {}', run.as_of),
    d.last_day::VARCHAR
FROM dated d CROSS JOIN run LEFT JOIN batch b ON b.id = d.batch_id
WHERE d.last_day >= run.as_of
UNION ALL
SELECT b.batch_number, NULL, d.last_day, d.what || ' before the harvested batch''s end',
    format('before {}', b.actual_end_date), d.last_day::VARCHAR
FROM dated d JOIN batch b ON b.id = d.batch_id
WHERE d.last_day >= b.actual_end_date
UNION ALL
-- what is projected, expected or planned may lie ahead; a projection from the last state does
SELECT s.batch_number, s.container, min(p.projection_date), 'projected from the as-of date on',
    format('from {}', run.as_of), min(p.projection_date)::VARCHAR
FROM live_forward_projection p CROSS JOIN run JOIN stay s USING (assignment_id)
WHERE p.projection_date < run.as_of OR p.computed_date <> run.as_of - 1
GROUP BY ALL
UNION ALL
SELECT s.batch_number, s.container, s.first_day, 'a stay that is lived in has one forecast',
    CASE WHEN a.is_active THEN 'a forecast' ELSE 'none' END, format('{} forecasts', count(f.assignment_id))
FROM container_assignment a JOIN stay s ON s.assignment_id = a.id
LEFT JOIN container_forecast_summary f ON f.assignment_id = a.id
GROUP BY ALL HAVING count(f.assignment_id) <> a.is_active::INTEGER
UNION ALL
SELECT b.batch_number, NULL, p.due_date, 'an activity is planned for an active batch and dated when it is done',
    'ACTIVE; a date if COMPLETED', format('{}, {}: {}', b.status, p.status, p.completed_at)
FROM planned_activity p LEFT JOIN batch b ON b.id = p.batch_id
WHERE b.status <> 'ACTIVE' OR (p.status = 'COMPLETED') <> (p.completed_at IS NOT NULL)
UNION ALL
SELECT
    s.batch_number, s.container, a.actual_execution_date, 'moved on the day of departure and of arrival',
    format('leaves {}, arrives {}', s.departure_date, t.first_day), a.actual_execution_date::VARCHAR
FROM transfer_action a
LEFT JOIN stay s ON s.assignment_id = a.source_assignment_id
LEFT JOIN stay t ON t.assignment_id = a.dest_assignment_id
WHERE (a.actual_execution_date = s.departure_date AND a.actual_execution_date = t.first_day) IS NOT TRUE
UNION ALL
-- a store is filled the evening before it is first needed, which may be before the fish arrive in its hall or area
SELECT b.batch_number, f.name, p.purchase_date, 'feed bought while the batch lives',
    format('from {}', b.start_date - 1), p.purchase_date::VARCHAR
FROM feed_purchase p LEFT JOIN batch b ON b.id = p.batch_id LEFT JOIN feed_container f ON f.id = p.feed_container_id
WHERE (p.purchase_date >= b.start_date - 1) IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, b.start_date, 'starts and is to end as planned',
       format('{} to {}', p.start_date, p.end_date), format('{} to {}', b.start_date, b.expected_end_date)
FROM batch b LEFT JOIN planned_batch p ON p.batch_id = b.id
WHERE (b.start_date = p.start_date AND b.expected_end_date = p.end_date) IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, b.start_date, 'starts with its first assignment', min(s.first_day)::VARCHAR,
    b.start_date::VARCHAR
FROM batch b LEFT JOIN stay s ON s.batch_id = b.id
GROUP BY b.id, b.batch_number, b.start_date HAVING min(s.first_day) IS DISTINCT FROM b.start_date
UNION ALL
SELECT s.batch_number, s.container, a.actual_delivery_date, 'eggs delivered on the day that the stay begins',
    s.first_day::VARCHAR, a.actual_delivery_date::VARCHAR
FROM creation_action a LEFT JOIN stay s ON s.assignment_id = a.dest_assignment_id
WHERE a.actual_delivery_date IS DISTINCT FROM s.first_day
UNION ALL
SELECT s.batch_number, s.container, d.date, 'day of life', (d.date - b.start_date + 1)::VARCHAR, d.day_number::VARCHAR
FROM daily_state d JOIN batch b ON b.id = d.batch_id LEFT JOIN stay s ON s.assignment_id = d.assignment_id
WHERE d.day_number <> d.date - b.start_date + 1
ORDER BY ALL
