-- Daily means of temperature for every stay, and of oxygen and salinity in the sea.
SELECT
    r.batch_container_assignment_id AS assignment_id, p.name AS parameter, r.reading_time::DATE AS day,
    count(*) AS readings, avg(r.value::DOUBLE) AS mean
FROM environmental_reading r
JOIN environmental_parameter p ON p.id = r.parameter_id
JOIN container c ON c.id = r.container_id
WHERE p.name = 'Temperature' OR (p.name IN ('Dissolved Oxygen', 'Salinity') AND c.area_id IS NOT NULL)
GROUP BY ALL
