-- Readings by stay and sensor in blocks of 64 consecutive times of reading: `taken` has a bit for each time that
-- occurs, so that a time read twice shows as fewer bits than rows. off_grid: readings at no time of reading.
WITH timed AS (
    SELECT
        r.*,
        epoch_us(reading_time) // (SELECT 86400000000 // value::BIGINT FROM parameter WHERE name = 'readings_per_day')
            AS slot,
        epoch_us(reading_time) % (SELECT 86400000000 // value::BIGINT FROM parameter WHERE name = 'readings_per_day')
            AS beside
    FROM environmental_reading r
)
SELECT
    batch_id, container_id, batch_container_assignment_id AS assignment_id, sensor_id, parameter_id,
    slot // 64 AS block,
    count(*) AS readings,
    count_if(beside <> 0) AS off_grid,
    bit_or(CASE WHEN beside = 0 THEN 1::UBIGINT << (slot % 64)::UBIGINT ELSE 0::UBIGINT END) AS taken,
    min(reading_time) AS first_time, max(reading_time) AS last_time,
    min(value) AS lowest, max(value) AS highest
FROM timed
GROUP BY ALL
