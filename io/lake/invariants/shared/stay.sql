-- Every assignment that is or was lived in, with the names that a person knows it by; end_day is the as-of date while it
-- is active. What is neither active nor over is reserved for eggs to come.
SELECT
    a.id AS assignment_id, a.batch_id, b.batch_number, b.geography_id, a.container_id, c.name AS container,
    a.lifecycle_stage_id AS stage, a.assignment_date AS first_day,
    coalesce(a.departure_date, run.as_of) AS end_day, a.departure_date, a.initial_count
FROM container_assignment a
CROSS JOIN run
LEFT JOIN batch b ON b.id = a.batch_id
LEFT JOIN container c ON c.id = a.container_id
WHERE a.is_active OR a.departure_date IS NOT NULL
