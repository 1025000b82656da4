-- Readings a day x sensors x days, exactly, less the dropouts that sensor_fault lists, at the times of reading, each in
-- its physical range; temperature and oxygen follow the fish's own water, and the farm's estimate the readings;
-- containers of one place live in one field, to which oxygen adds only what the fish themselves take.
-- Weather and light: each day on which an area is planned to hold fish, up to the as-of date, once, whatever batches share
-- it; in a storm that injures fish it blows; a day is as long as the sun is up at the area's latitude.
--
-- Bounds: a reading is the truth with a bias drawn once (5 SD), a drift since the last service (its whole range over
-- an interval) and the noise of the day's readings (6 SD); days on which a fault is listed are left out.
WITH area_day AS (  -- to be told of, and with which batch
    SELECT p.area_id, d.date, min(p.batch_id) AS batch_id
    FROM planned_stay p CROSS JOIN run
    CROSS JOIN LATERAL (SELECT unnest(generate_series(p.start_date, least(p.end_date, run.as_of) - 1, INTERVAL 1 DAY))::DATE
        AS date) d
    WHERE p.area_id IS NOT NULL GROUP BY ALL
),
observed AS (
    SELECT area_id, "timestamp"::DATE AS date, any_value(batch_id) AS batch_id, count(*) AS times, max(wind_speed) AS wind,
        bool_and(wind_speed >= 0 AND wind_direction BETWEEN 0 AND 359 AND wave_direction BETWEEN 0 AND 359
            AND precipitation >= 0 AND wave_height >= 0 AND wave_period > 0 AND cloud_cover BETWEEN 0 AND 100) AS possible
    FROM weather_data GROUP BY ALL
),
storm AS (
    SELECT e.batch_id, c.area_id, e.start_date AS date
    FROM health_event e JOIN container c ON c.id = e.container_id WHERE e.kind = 'STORM' GROUP BY ALL
),
sun AS (  -- Forsythe et al. 1995
    SELECT p.*, a.name, radians(a.latitude::DOUBLE) AS latitude, asin(0.39795 * cos(0.2163108
        + 2 * atan(0.9671396 * tan(0.00860 * (dayofyear(p.date) - 186))))) AS declination
    FROM photoperiod_data p JOIN area a ON a.id = p.area_id
),
per_day AS (
    SELECT value::BIGINT AS readings, 86400000000 // value::BIGINT AS step
    FROM parameter WHERE name = 'readings_per_day'
),
fault AS (
    SELECT
        f.*, epoch_us(start_time) // d.step AS first, epoch_us(end_time) // d.step AS last,
        epoch_us(start_time) % d.step = 0 AND epoch_us(end_time) % d.step = 0 AS on_grid,
        lead(start_time) OVER (PARTITION BY sensor_id ORDER BY start_time) AS next_time
    FROM sensor_fault f CROSS JOIN per_day d
),
dropped AS (
    SELECT assignment_id, sensor_id, sum(readings) AS readings FROM fault WHERE kind = 'DROPOUT' GROUP BY ALL
),
expected AS (
    SELECT s.assignment_id, s.batch_number, s.container, s.container_id, s.first_day, s.end_day, n.id AS sensor_id,
        n.name AS sensor, n.parameter_id
    FROM stay s JOIN sensor n ON n.container_id = s.container_id
),
spans AS (  -- read_until: what spans before have read, at the same times or, off the times of reading, beside them
    SELECT
        s.*, epoch_us(first_time) % d.step = 0 AS on_grid, d.step,
        max(last_time) OVER (
            PARTITION BY assignment_id, sensor_id, epoch_us(first_time) % d.step
            ORDER BY first_time, last_time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS read_until
    FROM reading_span s CROSS JOIN per_day d
),
got AS (
    SELECT
        assignment_id, sensor_id, min(parameter_id) AS parameter_id, max(parameter_id) AS other_parameter_id,
        sum(readings) AS readings, sum(CASE WHEN on_grid THEN 0 ELSE readings END) AS off_grid,
        sum(CASE
            WHEN NOT on_grid THEN 0
            WHEN read_until >= first_time
                THEN readings - 1 - (epoch_us(least(last_time, read_until)) - epoch_us(first_time)) // step
            ELSE readings END) AS times,
        min(first_time) AS first_time, max(last_time) AS last_time, min(lowest) AS lowest, max(highest) AS highest
    FROM spans GROUP BY ALL
),
sensor_stay AS (
    SELECT
        coalesce(e.assignment_id, g.assignment_id) AS assignment_id, coalesce(e.sensor_id, g.sensor_id) AS sensor_id,
        e.* EXCLUDE (assignment_id, sensor_id, parameter_id), e.parameter_id AS measures, g.* EXCLUDE (assignment_id,
            sensor_id)
    FROM expected e FULL JOIN got g ON g.assignment_id = e.assignment_id AND g.sensor_id = e.sensor_id
),
due AS (
    SELECT t.*, d.readings AS a_day, d.readings * (t.end_day - t.first_day) - coalesce(o.readings, 0) AS due
    FROM sensor_stay t CROSS JOIN per_day d
    LEFT JOIN dropped o ON o.assignment_id = t.assignment_id AND o.sensor_id = t.sensor_id
),
judged AS (
    SELECT
        t.*, l.low, l.high,
        coalesce(t.readings, 0) IS NOT DISTINCT FROM t.due AS count_holds,
        t.readings IS NULL OR (t.off_grid = 0 AND t.times = t.readings) AS times_hold,
        t.readings IS NULL OR (t.first_time::DATE >= t.first_day AND t.last_time::DATE < t.end_day) AS stay_holds,
        t.readings IS NULL OR (t.parameter_id = t.measures AND t.other_parameter_id = t.measures) AS sensor_holds,
        t.readings IS NULL OR (t.lowest >= l.low AND t.highest <= l.high) AS range_holds
    FROM due t
    LEFT JOIN sensor_limit l ON l.parameter_id = t.parameter_id
),
figure AS (
    SELECT batch_number, container, first_day AS date, coalesce(sensor,
        'sensor ' || sensor_id) || ': ' || f.what AS what,
           f.expected, f.found
    FROM judged, unnest([
        {'what': 'readings a day x days, less dropouts', 'holds': count_holds, 'expected': due::VARCHAR,
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
read_in_dropout AS (  -- times of reading of a dropout at which there is one all the same
    SELECT f.assignment_id, f.sensor_id, f.first, f.last,
        sum(least(epoch_us(s.last_time) // s.step, f.last) - greatest(epoch_us(s.first_time) // s.step, f.first) + 1)
            ::BIGINT AS times
    FROM fault f
    JOIN spans s ON s.assignment_id = f.assignment_id AND s.sensor_id = f.sensor_id AND s.on_grid
        AND epoch_us(s.first_time) // s.step <= f.last AND epoch_us(s.last_time) // s.step >= f.first
    WHERE f.kind = 'DROPOUT' GROUP BY ALL
),
fault_judged AS (
    SELECT
        f.*, e.batch_number, e.container, coalesce(e.sensor, 'sensor ' || f.sensor_id) AS sensor,
        e.first_day, e.end_day, coalesce(r.times, 0) AS read_all_the_same,
        (f.start_time::DATE >= e.first_day AND f.end_time::DATE < e.end_day AND f.on_grid) IS TRUE AS place_holds,
        f.readings = f.last - f.first + 1 AS span_holds, coalesce(f.next_time > f.end_time, true) AS apart
    FROM fault f
    LEFT JOIN expected e ON e.assignment_id = f.assignment_id AND e.sensor_id = f.sensor_id
    LEFT JOIN read_in_dropout r ON r.assignment_id = f.assignment_id AND r.sensor_id = f.sensor_id
        AND f.kind = 'DROPOUT' AND r.first = f.first AND r.last = f.last
),
fault_figure AS (
    SELECT DISTINCT
        batch_number, container, start_time::DATE AS date, sensor || ': ' || f.what AS what, f.expected, f.found
    FROM fault_judged, unnest([
        {'what': 'a fault lies in the sensor''s stay, at times of reading', 'holds': place_holds,
         'expected': coalesce(format('{} to {}', first_day, end_day - 1), 'a stay of its own'),
         'found': format('{} to {}', start_time::TIMESTAMP, end_time::TIMESTAMP)},
        {'what': 'a fault''s readings fill its time', 'holds': span_holds, 'expected': (last - first + 1)::VARCHAR,
         'found': readings::VARCHAR},
        {'what': 'one fault at a time', 'holds': apart, 'expected':
            format('the next after {}', end_time::TIMESTAMP),
         'found': next_time::TIMESTAMP::VARCHAR},
        {'what': 'nothing is read while it drops out', 'holds': read_all_the_same = 0, 'expected': '0',
         'found': read_all_the_same::VARCHAR}
    ]) AS t (f)
    WHERE NOT (place_holds AND span_holds AND apart AND read_all_the_same = 0) AND NOT f.holds
),
bound AS (  -- what a sensor may add, by parameter
    SELECT
        p.name AS parameter, l.*, 5 * l.bias_sd AS bias,
        least(l.drift_low, 0) * m.months AS fall, greatest(l.drift_high, 0) * m.months AS rise,
        (greatest(l.drift_high, 0) - least(l.drift_low, 0)) * m.months AS drift
    FROM sensor_limit l
    JOIN environmental_parameter p ON p.id = l.parameter_id
    CROSS JOIN (SELECT value * 12 / 365 AS months FROM parameter WHERE name = 'service_interval_days') m
),
stay_offset AS (  -- daily means against what the fish lived in
    SELECT
        assignment_id, parameter, min(day) AS first_day, count(*) AS days, count(truth) AS known,
        avg(mean - truth::DOUBLE) AS off, min(mean - truth::DOUBLE) AS lowest, max(mean - truth::DOUBLE) AS highest,
        avg(truth::DOUBLE) AS truth, avg(mean) AS mean
    FROM reading_day WHERE sound AND parameter <> 'Salinity' GROUP BY ALL
),
in_doubt AS (  -- all but stays that were measured on as many days as were read, by one sensor, at the mean of each
    SELECT assignment_id
    FROM (
        SELECT
            assignment_id, count(farm_c) AS days, min(sensor_id) = max(sensor_id)
                AND count_if((abs(farm_c::DOUBLE - mean) <= 0.005001) IS NOT TRUE) = 0 AS told
        FROM reading_day WHERE parameter = 'Temperature' GROUP BY assignment_id
    ) r
    FULL JOIN (
        SELECT assignment_id, count_if((temp_source <> 'measured') IS NOT TRUE) AS days
        FROM daily_state GROUP BY assignment_id
    ) d USING (assignment_id)
    WHERE (coalesce(r.told, true) AND coalesce(r.days, 0) = coalesce(d.days, 0)) IS NOT TRUE
),
sensor_offset AS (  -- one sensor, several stays: one bias
    SELECT
        o.*, s.batch_number, s.container, avg(o.off) OVER (PARTITION BY s.container_id, o.parameter) AS usual,
        min(o.days) OVER (PARTITION BY s.container_id, o.parameter) AS fewest_days, b.*,
        6 * b.noise_sd / sqrt(d.readings) + b.drift + b.resolution AS of_a_day
    FROM stay_offset o JOIN stay s USING (assignment_id) JOIN bound b USING (parameter) CROSS JOIN per_day d
),
own_day AS (  -- place: an area, or a hall below 0; asked: what fish ask for goes with W^x, and matters where none is added
    SELECT
        t.assignment_id, coalesce(-c.hall_id, c.area_id, 0) AS place, t.date, t.temp_c, t.oxygen_mean AS oxygen,
        t.oxygen_outside AS outside,
        CASE WHEN c.hall_id IS NULL THEN t.biomass_kg::DOUBLE / c.volume_m3::DOUBLE
            * pow(greatest(t.avg_weight_g, 0.01)::DOUBLE / 1000, e.value) * coalesce(w.staleness, 1) END AS asked
    FROM daily_truth t
    JOIN stay s USING (assignment_id)
    JOIN container c ON c.id = s.container_id
    LEFT JOIN ring_water w ON w.container_id = s.container_id
    CROSS JOIN (SELECT value FROM parameter WHERE name = 'respiration_size_exponent') e
),
place_day AS (
    SELECT
        place, date, min(temp_c) AS coldest, max(temp_c) AS warmest, min(outside) AS least, max(outside) AS most
    FROM own_day GROUP BY place, date HAVING max(temp_c) > min(temp_c) OR max(outside) > min(outside)
),
torn AS (
    SELECT
        d.*, arg_min(s.batch_id, (o.temp_c + o.outside, s.batch_id)) AS lower_id,
        arg_max(s.batch_id, (o.temp_c + o.outside, s.batch_id)) AS higher_id
    FROM place_day d JOIN own_day o USING (place, date) JOIN stay s USING (assignment_id) GROUP BY ALL
),
sea_day AS (  -- the fish of the morning are those of the evening before
    SELECT
        assignment_id, place, date, oxygen::DOUBLE AS oxygen, outside::DOUBLE AS outside,
        lag(asked) OVER (PARTITION BY assignment_id ORDER BY date) AS demand
    FROM own_day WHERE place >= 0
),
sea_place AS (
    SELECT place, date, sum(outside - oxygen) FILTER (demand IS NOT NULL) / nullif(sum(demand), 0) AS taken
    FROM sea_day GROUP BY ALL
),
taken AS (  -- where the oxygen is another than what is left when all rings' fish take alike; a hall adds what they take
    SELECT o.assignment_id, o.date, o.outside, o.oxygen, p.taken * o.demand AS taken
    FROM sea_day o JOIN sea_place p USING (place, date)
    WHERE abs(o.outside - p.taken * o.demand - o.oxygen) > 0.02 + 0.01 * p.taken * o.demand OR p.taken < 0
    UNION ALL
    SELECT assignment_id, date, outside::DOUBLE, oxygen::DOUBLE, 0 FROM own_day
    WHERE place < 0 AND oxygen <> outside
),
field AS (  -- what each batch reads of its area's water on each day
    SELECT
        c.area_id, r.day, r.parameter, s.batch_id, count(*) AS rings, min(r.readings) AS readings, avg(r.mean) AS mean
    FROM (FROM reading_day WHERE sound AND parameter <> 'Dissolved Oxygen') r
    JOIN stay s USING (assignment_id)
    JOIN container c ON c.id = s.container_id
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
    SELECT
        h.*, 6 * sqrt(2 * (b.bias_sd * b.bias_sd + b.noise_sd * b.noise_sd / h.readings) / h.rings)
            + b.resolution + b.drift AS slack
    FROM shared h JOIN bound b USING (parameter)
)
SELECT batch_number, container, date, what, expected, found FROM figure
UNION ALL
SELECT batch_number, container, date, what, expected, found FROM fault_figure
UNION ALL
SELECT o.batch_number, o.container, o.first_day,
    format('mean {} of the stay = the fish''s water, to the sensor''s error', lower(o.parameter::VARCHAR)),
    format('{:.3f} to {:.3f}', o.truth + o.fall - o.bias - 5 * o.noise_sd / sqrt(o.days),
        o.truth + o.rise + o.bias + 5 * o.noise_sd / sqrt(o.days)),
    format('{:.3f}', o.mean)
FROM sensor_offset o
WHERE (o.off BETWEEN o.fall - o.bias - 5 * o.noise_sd / sqrt(o.days)
    AND o.rise + o.bias + 5 * o.noise_sd / sqrt(o.days)) IS NOT TRUE
UNION ALL
-- rounding of readings and of the truth averages out over days: 0.01 / sqrt(12) each
SELECT o.batch_number, o.container, o.first_day, 'a temperature sensor''s bias is the same in every stay',
       format('{:.4f} +- {:.4f}', o.usual, 6 * o.noise_sd / sqrt(o.fewest_days) + o.drift), format('{:.4f}', o.off)
FROM sensor_offset o
WHERE o.parameter = 'Temperature' AND abs(o.off - o.usual) > 6 * o.noise_sd / sqrt(o.fewest_days) + o.drift
UNION ALL
SELECT o.batch_number, o.container, w.day,
    format('{} of the day = the fish''s water + the sensor''s error', lower(w.parameter::VARCHAR)),
    format('{:.3f} +- {:.3f}', w.truth::DOUBLE + o.off, o.of_a_day), format('{:.3f}', w.mean)
FROM sensor_offset o JOIN reading_day w ON w.assignment_id = o.assignment_id AND w.parameter = o.parameter AND w.sound
WHERE (o.known = o.days AND o.highest - o.off <= o.of_a_day AND o.off - o.lowest <= o.of_a_day) IS NOT TRUE
    AND (abs(w.mean - w.truth::DOUBLE - o.off) <= o.of_a_day) IS NOT TRUE
UNION ALL
SELECT s.batch_number, s.container, d.date, 'the farm''s temperature of a day is the mean of what was read',
    coalesce(format('measured {:.4f}', r.mean), 'not measured'), format('{} {}', d.temp_source, d.temp_c)
FROM (FROM daily_state SEMI JOIN in_doubt USING (assignment_id)) d
LEFT JOIN (FROM reading_day SEMI JOIN in_doubt USING (assignment_id) WHERE parameter = 'Temperature') r
    ON r.assignment_id = d.assignment_id AND r.day = d.date
LEFT JOIN stay s ON s.assignment_id = d.assignment_id
-- half of the last digit, and what a mean of doubles may miss
WHERE (d.temp_source = 'measured') <> (r.day IS NOT NULL) OR abs(d.temp_c::DOUBLE - r.mean) > 0.005001
UNION ALL
SELECT s.batch_number, s.container, r.day, 'a flat line repeats one value', '1 value',
    format('several, {:.4f} on average', r.mean)
FROM reading_day r
JOIN sensor_fault f
    ON f.assignment_id = r.assignment_id AND f.sensor_id = r.sensor_id AND f.kind = 'FLAT_LINE'
    AND r.day::TIMESTAMP >= f.start_time::TIMESTAMP
CROSS JOIN per_day d
LEFT JOIN stay s ON s.assignment_id = r.assignment_id
WHERE NOT r.sound AND r.varies
    AND r.day::TIMESTAMP + to_microseconds(86400000000 - d.step) <= f.end_time::TIMESTAMP
UNION ALL
SELECT b.batch_number, a.name, c.day, format('{} of the area as {} reads it', c.parameter::VARCHAR, coalesce(o.batch_number,
    '?')),
       format('{:.3f} +- {:.3f}', c.highest, c.slack), format('{:.3f}', c.lowest)
FROM compared c
LEFT JOIN batch b ON b.id = c.lower_batch
LEFT JOIN batch o ON o.id = c.higher_batch
LEFT JOIN area a ON a.id = c.area_id
WHERE c.highest - c.lowest > c.slack
UNION ALL
SELECT l.batch_number, coalesce(a.name, h.name), d.date,
    format('water of the place as the fish of {} have it', u.batch_number),
    format('{:.2f} degC, {:.2f} %', d.warmest::DOUBLE, d.most::DOUBLE),
    format('{:.2f} degC, {:.2f} %', d.coldest::DOUBLE, d.least::DOUBLE)
FROM torn d LEFT JOIN area a ON a.id = d.place LEFT JOIN hall h ON h.id = -d.place
LEFT JOIN batch l ON l.id = d.lower_id LEFT JOIN batch u ON u.id = d.higher_id
UNION ALL
-- what a fish takes is the same in every ring of an area on a day, as long as the water stays in each
SELECT s.batch_number, s.container, o.date, 'oxygen = what comes in - what the container''s own fish take',
    format('{:.2f} - {:.2f}', o.outside, o.taken), format('{:.2f}', o.oxygen)
FROM taken o LEFT JOIN stay s USING (assignment_id)
UNION ALL
SELECT b.batch_number, a.name, date, 'the weather of an area''s day, once and possible',
    format('{} observations with batch {}', CASE WHEN d.area_id IS NULL THEN 0 ELSE w.value END, d.batch_id),
    format('{} with batch {}', coalesce(o.times, 0), o.batch_id)
FROM area_day d FULL JOIN observed o USING (area_id, date)
CROSS JOIN (SELECT value::BIGINT AS value FROM parameter WHERE name = 'weather_a_day') w
LEFT JOIN batch b ON b.id = coalesce(d.batch_id, o.batch_id) LEFT JOIN area a ON a.id = area_id
WHERE (o.times = w.value AND o.batch_id = d.batch_id AND o.possible) IS NOT TRUE
UNION ALL
SELECT b.batch_number, a.name, s.date, 'it blows in a storm that injures fish', format('{:.1f} m/s', g.value),
    o.wind::VARCHAR
FROM storm s JOIN observed o USING (batch_id, area_id, date)
CROSS JOIN (SELECT value FROM parameter WHERE name = 'storm_m_s') g
LEFT JOIN batch b ON b.id = s.batch_id LEFT JOIN area a ON a.id = s.area_id
WHERE o.wind < g.value
UNION ALL
SELECT b.batch_number, a.name, date, 'the light of an area''s day, once', format('with batch {}', d.batch_id),
    format('with batch {}', p.batch_id)
FROM area_day d FULL JOIN photoperiod_data p USING (area_id, date)
LEFT JOIN batch b ON b.id = coalesce(d.batch_id, p.batch_id) LEFT JOIN area a ON a.id = area_id
WHERE p.batch_id IS DISTINCT FROM d.batch_id
UNION ALL
SELECT NULL, s.name, s.date, 'a day as long as the sun is up', format('{:.2f} h', l.hours), s.day_length_hours::VARCHAR
FROM sun s CROSS JOIN LATERAL (
    SELECT 24 - 24 / pi() * acos(least(1, greatest(-1, (sin(radians(0.8333)) + sin(s.latitude) * sin(s.declination))
        / (cos(s.latitude) * cos(s.declination))))) AS hours
) l
WHERE abs(s.day_length_hours::DOUBLE - l.hours) > 0.0051
ORDER BY ALL
