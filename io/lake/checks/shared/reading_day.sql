-- Daily means of temperature for every stay, and of oxygen and salinity in the sea, by what the sensor measures.
WITH wanted AS (
    SELECT n.id AS sensor_id, p.name AS parameter
    FROM sensor n
    JOIN environmental_parameter p ON p.id = n.parameter_id
    JOIN container c ON c.id = n.container_id
    WHERE p.name = 'Temperature' OR (p.name IN ('Dissolved Oxygen', 'Salinity') AND c.area_id IS NOT NULL)
),
sensor_day AS (
    SELECT
        batch_container_assignment_id AS assignment_id, sensor_id, epoch_us(reading_time) // 86400000000 AS day,
        count(*) AS readings, avg(value::DOUBLE) AS mean
    FROM environmental_reading SEMI JOIN wanted USING (sensor_id)
    GROUP BY ALL
)
SELECT assignment_id, parameter, DATE '1970-01-01' + day::INTEGER AS day, readings, mean
FROM sensor_day JOIN wanted USING (sensor_id)
