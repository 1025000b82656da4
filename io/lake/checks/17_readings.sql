-- Readings a day x sensors x days, exactly, at the times of reading, each in its physical range; temperature follows the
-- water by which the fish grew; two batches in one area on one day read the same field.
--
-- Bounds: a sensor's bias is a constant drawn once, so its readings depart from the daily state's water by that constant
-- (5 SD) and from day to day by the noise of the day's readings alone (6 SD). Oxygen is compared after the term
-- of the ring's own biomass is put back.
WITH per_day AS (SELECT value::BIGINT AS readings FROM parameter WHERE name = 'readings_per_day'),
expected AS (
    SELECT s.assignment_id, s.batch_number, s.container, s.container_id, s.first_day, s.end_day, n.id AS sensor_id,
        n.name AS sensor, n.parameter_id
    FROM stay s JOIN sensor n ON n.container_id = s.container_id
),
got AS (
    SELECT
        assignment_id, sensor_id, min(parameter_id) AS parameter_id, max(parameter_id) AS other_parameter_id,
        sum(readings) AS readings, sum(off_grid) AS off_grid, sum(bit_count(taken)) AS times,
        min(first_time) AS first_time, max(last_time) AS last_time, min(lowest) AS lowest, max(highest) AS highest
    FROM reading_block GROUP BY ALL
),
sensor_stay AS (
    SELECT
        coalesce(e.assignment_id, g.assignment_id) AS assignment_id, coalesce(e.sensor_id, g.sensor_id) AS sensor_id,
        e.* EXCLUDE (assignment_id, sensor_id, parameter_id), e.parameter_id AS measures, g.* EXCLUDE (assignment_id,
            sensor_id)
    FROM expected e FULL JOIN got g ON g.assignment_id = e.assignment_id AND g.sensor_id = e.sensor_id
),
judged AS (
    SELECT
        t.*, d.readings * (t.end_day - t.first_day) AS due, d.readings AS a_day, l.low, l.high,
        t.readings IS NOT DISTINCT FROM d.readings * (t.end_day - t.first_day) AS count_holds,
        t.readings IS NULL OR (t.off_grid = 0 AND t.times = t.readings) AS times_hold,
        t.readings IS NULL OR (t.first_time::DATE >= t.first_day AND t.last_time::DATE < t.end_day) AS stay_holds,
        t.readings IS NULL OR (t.parameter_id = t.measures AND t.other_parameter_id = t.measures) AS sensor_holds,
        t.readings IS NULL OR (t.lowest >= l.low AND t.highest <= l.high) AS range_holds
    FROM sensor_stay t
    CROSS JOIN per_day d
    LEFT JOIN sensor_limit l ON l.parameter_id = t.parameter_id
),
figure AS (
    SELECT batch_number, container, first_day AS date, coalesce(sensor,
        'sensor ' || sensor_id) || ': ' || f.what AS what,
           f.expected, f.found
    FROM judged, unnest([
        {'what': 'readings a day x days', 'holds': count_holds, 'expected': due::VARCHAR,
         'found': coalesce(readings, 0)::BIGINT::VARCHAR},
        {'what': 'each at a time of its own', 'holds': times_hold, 'expected':
            format('{} a day, at even times', a_day),
         'found': format('{} times, {} beside them', times::BIGINT, off_grid::BIGINT)},
        {'what': 'within the stay', 'holds': stay_holds, 'expected': format('{} to {}', first_day, end_day - 1),
         'found': format('{} to {}', first_time::DATE, last_time::DATE)},
        {'what': 'measures what the sensor measures', 'holds': sensor_holds, 'expected':
            format('parameter {}', measures),
         'found': format('parameters {} to {}', parameter_id, other_parameter_id)},
        {'what': 'in physical range', 'holds': range_holds, 'expected': format('{:.4f} to {:.4f}', low, high),
         'found': format('{:.4f} to {:.4f}', lowest::DOUBLE, highest::DOUBLE)}
    ]) AS t (f)
    WHERE (count_holds AND times_hold AND stay_holds AND sensor_holds AND range_holds) IS NOT TRUE
      AND f.holds IS NOT TRUE
),
temperature AS (SELECT l.*
FROM sensor_limit l JOIN environmental_parameter p ON p.id = l.parameter_id WHERE p.name = 'Temperature'),
water AS (  -- daily means of temperature against the state's
    SELECT
        r.assignment_id, r.day, r.readings, r.mean, d.temp_c::DOUBLE AS temp_c,
        avg(r.mean - d.temp_c::DOUBLE) OVER (PARTITION BY r.assignment_id) AS offset_c,
        count(*) OVER (PARTITION BY r.assignment_id) AS days
    FROM reading_day r
    LEFT JOIN daily_state d ON d.assignment_id = r.assignment_id AND d.date = r.day
    WHERE r.parameter = 'Temperature'
),
stay_offset AS (
    SELECT assignment_id, min(day) AS first_day, any_value(offset_c) AS offset_c, any_value(days) AS days,
        avg(temp_c) AS temp_c, avg(mean) AS mean
    FROM water GROUP BY ALL
),
sensor_offset AS (  -- one sensor, several stays: one bias
    SELECT o.*, s.batch_number, s.container, avg(o.offset_c) OVER (PARTITION BY s.container_id) AS usual_c,
           min(o.days) OVER (PARTITION BY s.container_id) AS fewest_days
    FROM stay_offset o JOIN stay s USING (assignment_id)
),
own_biomass AS (SELECT value AS per_kg_m3 FROM parameter WHERE name = 'oxygen_biomass'),
field AS (  -- what each batch says of its area's water on each day
    SELECT
        c.area_id, r.day, r.parameter, s.batch_id, count(*) AS rings, min(r.readings) AS readings,
        avg(r.mean + CASE WHEN r.parameter = 'Dissolved Oxygen'
                          THEN o.per_kg_m3 * (d.population * d.avg_weight_g)::DOUBLE / 1000 / c.volume_m3::DOUBLE ELSE 0 END) AS mean
    FROM reading_day r
    JOIN stay s USING (assignment_id)
    JOIN container c ON c.id = s.container_id
    JOIN daily_state d ON d.assignment_id = r.assignment_id AND d.date = r.day
    CROSS JOIN own_biomass o
    WHERE c.area_id IS NOT NULL
    GROUP BY ALL
),
shared AS (
    SELECT
        area_id, day, parameter, count(*) AS batches, min(mean) AS lowest, max(mean) AS highest,
        arg_min(batch_id, mean) AS lower_batch, arg_max(batch_id, mean) AS higher_batch, min(rings) AS rings,
            min(readings) AS readings
    FROM field GROUP BY ALL HAVING count(*) > 1
),
compared AS (
    SELECT h.*, 6 * sqrt(2 * (l.bias_sd * l.bias_sd + l.noise_sd * l.noise_sd / h.readings) / h.rings) + l.resolution AS slack
    FROM shared h
    JOIN environmental_parameter p ON p.name = h.parameter
    JOIN sensor_limit l ON l.parameter_id = p.id
)
SELECT batch_number, container, date, what, expected, found FROM figure
UNION ALL
SELECT o.batch_number, o.container, o.first_day,
    'mean temperature of the stay = the fish''s water, to the sensor''s bias',
       format('{:.3f} +- {:.3f}', o.temp_c, 5 * t.bias_sd + 5 * t.noise_sd / sqrt(o.days)), format('{:.3f}', o.mean)
FROM sensor_offset o CROSS JOIN temperature t
WHERE (abs(o.offset_c) <= 5 * t.bias_sd + 5 * t.noise_sd / sqrt(o.days)) IS NOT TRUE
UNION ALL
-- rounding of readings and of the state's water averages out over days: 0.01 / sqrt(12) each
SELECT o.batch_number, o.container, o.first_day, 'a temperature sensor''s bias is the same in every stay',
       format('{:.4f} +- {:.4f}', o.usual_c, 6 * t.noise_sd / sqrt(o.fewest_days)), format('{:.4f}', o.offset_c)
FROM sensor_offset o CROSS JOIN temperature t
WHERE abs(o.offset_c - o.usual_c) > 6 * t.noise_sd / sqrt(o.fewest_days)
UNION ALL
SELECT s.batch_number, s.container, w.day, 'temperature of the day = the fish''s water + the sensor''s bias',
       format('{:.3f} +- {:.3f}', w.temp_c + w.offset_c, 6 * t.noise_sd / sqrt(w.readings) + t.resolution),
           format('{:.3f}', w.mean)
FROM water w CROSS JOIN temperature t LEFT JOIN stay s USING (assignment_id)
WHERE (abs(w.mean - w.temp_c - w.offset_c) <= 6 * t.noise_sd / sqrt(w.readings) + t.resolution) IS NOT TRUE
UNION ALL
SELECT b.batch_number, a.name, c.day, format('{} of the area as {} reads it', c.parameter, coalesce(o.batch_number,
    '?')),
       format('{:.3f} +- {:.3f}', c.highest, c.slack), format('{:.3f}', c.lowest)
FROM compared c
LEFT JOIN batch b ON b.id = c.lower_batch
LEFT JOIN batch o ON o.id = c.higher_batch
LEFT JOIN area a ON a.id = c.area_id
WHERE c.highest - c.lowest > c.slack
ORDER BY ALL
