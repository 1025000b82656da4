-- Readings by stay and sensor in spans: each is of one sensor's readings in one stay that follow one another by exactly the
-- time between two readings. A time read twice lies in two spans. Whether the times are those of reading tells the first.
WITH timed AS (
    SELECT r.*, (epoch_us(reading_time) - lag(epoch_us(reading_time)) OVER series =
        (SELECT 86400000000 // value::BIGINT FROM parameter WHERE name = 'readings_per_day')) IS NOT TRUE AS begins
    FROM environmental_reading r
    WINDOW series AS (
        PARTITION BY batch_id, container_id, batch_container_assignment_id, sensor_id, parameter_id ORDER BY reading_time
    )
),
numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (
        PARTITION BY batch_id, container_id, batch_container_assignment_id, sensor_id, parameter_id
        ORDER BY reading_time ROWS UNBOUNDED PRECEDING
    ) AS span
    FROM timed
)
SELECT
    batch_id, container_id, batch_container_assignment_id AS assignment_id, sensor_id, parameter_id,
    count(*) AS readings, min(reading_time) AS first_time, max(reading_time) AS last_time,
    min(value) AS lowest, max(value) AS highest
FROM numbered
GROUP BY batch_id, container_id, batch_container_assignment_id, sensor_id, parameter_id, span
