-- Daily means of temperature and oxygen for every stay, and of salinity in the sea, by what the sensor measures: there are
-- millions of them, in few bytes each. varies: whether not all readings of the day are the same. sound: no fault of the sensor is listed that day, so that every time of reading shows the water.
-- truth: what the water was for the fish, but for salinity; farm_c: the day's temperature where the farm has it as measured.
WITH wanted AS (
    SELECT n.id AS sensor_id, p.name AS parameter
    FROM sensor n
    JOIN environmental_parameter p ON p.id = n.parameter_id
    JOIN container c ON c.id = n.container_id
    WHERE p.name IN ('Temperature', 'Dissolved Oxygen') OR (p.name = 'Salinity' AND c.area_id IS NOT NULL)
),
sensor_day AS (
    SELECT
        batch_container_assignment_id AS assignment_id, sensor_id, epoch_us(reading_time) // 86400000000 AS day,
        count(*) AS readings, avg(value::DOUBLE) AS mean, min(value) < max(value) AS varies
    FROM environmental_reading SEMI JOIN wanted USING (sensor_id)
    GROUP BY ALL
),
faulty AS (
    SELECT DISTINCT assignment_id, sensor_id, unnest(generate_series(
        epoch_us(start_time) // 86400000000, epoch_us(end_time) // 86400000000)) AS day
    FROM sensor_fault
)
SELECT
    r.assignment_id, r.sensor_id, w.parameter::ENUM ('Temperature', 'Dissolved Oxygen', 'Salinity') AS parameter,
    DATE '1970-01-01' + r.day::INTEGER AS day, r.readings::INTEGER AS readings, r.mean, r.varies, f.day IS NULL AS sound,
    CASE w.parameter WHEN 'Temperature' THEN t.temp_c WHEN 'Dissolved Oxygen' THEN t.oxygen_mean END AS truth,
    CASE WHEN w.parameter = 'Temperature' AND d.temp_source = 'measured' THEN d.temp_c END AS farm_c
FROM sensor_day r JOIN wanted w USING (sensor_id) LEFT JOIN faulty f USING (assignment_id, sensor_id, day)
LEFT JOIN daily_truth t ON t.assignment_id = r.assignment_id AND t.date = DATE '1970-01-01' + r.day::INTEGER
LEFT JOIN daily_state d ON d.assignment_id = r.assignment_id AND d.date = DATE '1970-01-01' + r.day::INTEGER
