-- No feeding without growth over a stage; a batch's biological feed conversion (feed / growth of the living and of those
-- that died) lies in its band. Growth is counted from the true weights, feed from the meals. What a cull of small fish raises
-- the mean by is no growth. The feed conversion of a state is that of the meals and states of its stay until then.
-- The feeding summaries say what meals, samples and daily states come to in each calendar week and month, a batch's
-- exactly the sum of its containers'; what a weighing revises is booked over the weeks after it, and growth never back.
--
-- The band of a stage is the biology's mean +- 5 SD between batches (a draw beyond is one in two million), at least half the
-- mean, as the model bounds it; wider by the appetite's 5 SD over the container-days fed, half of which count, since
-- fish eat most at a stage's end; and by the rounding of mean weights, 0.01 g.
WITH grown AS (
    SELECT
        assignment_id, sum(true_kg) AS growth_kg, max(slack_kg) AS slack_kg,
        arg_min(first_weight_g, first_day) AS first_weight_g, arg_max(last_weight_g, last_day) AS last_weight_g,
        max(last_day) AS last_day
    FROM state_growth GROUP BY assignment_id
),
fed_piece AS (
    SELECT
        batch_assignment_id AS assignment_id,
        feeding_date - (least(isodow(feeding_date), dayofmonth(feeding_date)) - 1)::INTEGER AS piece, sum(amount_kg) AS feed_kg,
        count(*) AS meals, bit_or(1 << least(isodow(feeding_date), dayofmonth(feeding_date))) AS days
    FROM feeding_event GROUP BY ALL
),
fed AS (
    SELECT assignment_id, sum(feed_kg)::DOUBLE AS feed_kg, sum(bit_count(days)) AS days FROM fed_piece GROUP BY ALL
),
stay_balance AS (
    SELECT s.*, g.* EXCLUDE (assignment_id), coalesce(f.feed_kg, 0) AS feed_kg, coalesce(f.days, 0) AS fed_days
    FROM stay s JOIN grown g USING (assignment_id) LEFT JOIN fed f USING (assignment_id)
),
stage_balance AS (
    SELECT
        batch_number, geography_id, stage, max(last_day) AS last_day, sum(growth_kg) AS growth_kg,
            sum(slack_kg) AS slack_kg,
        sum(feed_kg) AS feed_kg, sum(fed_days) AS fed_days
    FROM stay_balance GROUP BY ALL
),
banded AS (
    SELECT
        t.*, b.mean,
        CASE WHEN b.mean = 0 THEN 0 ELSE greatest(0.5 * b.mean, b.mean - 5 * b.sd) END
            * greatest(0, 1 - 5 * p.value / sqrt(greatest(t.fed_days, 1) / 2)) AS low,
        CASE WHEN b.mean = 0 THEN 0 ELSE b.mean + 5 * b.sd END
            * (1 + 5 * p.value / sqrt(greatest(t.fed_days, 1) / 2)) AS high
    FROM stage_balance t
    LEFT JOIN fcr_band b ON b.geography_id = t.geography_id AND b.lifecycle_stage_id = t.stage
    LEFT JOIN parameter p ON p.name = 'appetite_sd'
),
sampled AS (SELECT DISTINCT assignment_id, sample_date FROM growth_sample),
lived_piece AS (SELECT * FROM state_growth WHERE is_fed),
calendar AS (
    SELECT piece, unnest([
        {'first': date_trunc('week', piece)::DATE, 'last': date_trunc('week', piece)::DATE + 6},
        {'first': date_trunc('month', piece)::DATE, 'last': last_day(piece)}
    ]) AS p
    FROM (SELECT DISTINCT piece FROM lived_piece)
),
served AS (
    SELECT assignment_id, p.first, p.last, sum(feed_kg) AS feed_kg, sum(meals) AS meals
    FROM fed_piece JOIN calendar USING (piece) GROUP BY ALL
),
lived AS (
    SELECT
        e.assignment_id, k.p.first AS first, k.p.last AS last, min(e.first_day) AS first_day, max(e.last_day) AS last_day,
        arg_min(e.start_kg, e.first_day) AS start_kg, arg_max(e.end_kg, e.last_day) AS end_kg,
        sum(e.grown_kg) AS grown_kg, any_value(s.initial_count) * 0.01 / 1000 AS slack_kg
    FROM lived_piece e JOIN calendar k USING (piece) JOIN stay s ON s.assignment_id = e.assignment_id CROSS JOIN run
    WHERE k.p.last < run.as_of
    GROUP BY ALL HAVING arg_min(e.fish, e.first_day) > 0
),
summary AS (  -- beside each container's summary, what it should say
    SELECT
        l.*, coalesce(round(v.feed_kg, 2), 0) AS feed_kg, coalesce(v.meals, 0) AS meals, g.sample_date, c.*
    FROM lived l
    LEFT JOIN served v ON v.assignment_id = l.assignment_id AND v.first = l.first AND v.last = l.last
    ASOF LEFT JOIN sampled g ON g.assignment_id = l.assignment_id AND l.last_day >= g.sample_date
    FULL JOIN container_feeding_summary c
        ON c.container_assignment_id = l.assignment_id AND c.period_start = l.first AND c.period_end = l.last
),
level AS (
    SELECT
        max(value) FILTER (name = 'high_from_days') AS high, max(value) FILTER (name = 'medium_from_days') AS medium,
        max(value) FILTER (name = 'low_from_days') AS low
    FROM parameter
),
total AS (
    SELECT
        batch_id, period_start, period_end, sum(total_feed_kg) AS feed_kg,
        sum(starting_biomass_kg) AS start_kg, sum(ending_biomass_kg) AS end_kg, sum(growth_kg) AS growth_kg,
        count(*) AS containers,
        sum(fcr::DOUBLE * total_feed_kg::DOUBLE) / sum(total_feed_kg::DOUBLE) FILTER (fcr IS NOT NULL) AS weighted,
        max(list_position(['VERY_HIGH', 'HIGH', 'MEDIUM', 'LOW'], confidence_level::VARCHAR)) AS confidence,
        min(estimation_method::VARCHAR) AS method, count(DISTINCT estimation_method) AS methods
    FROM container_feeding_summary GROUP BY ALL
),
batch_piece AS (
    SELECT batch_id, piece, sum(evening_kg) AS evening_kg, bit_count(bit_or(days)) AS days FROM lived_piece GROUP BY ALL
),
evenings AS (
    SELECT
        batch_id, p.first AS period_start, p.last AS period_end, sum(days) AS days,
        sum(evening_kg)::DOUBLE / sum(days) AS mean_kg
    FROM batch_piece JOIN calendar USING (piece) GROUP BY ALL
)
SELECT
    batch_number, container, last_day AS date, 'no feeding without growth' AS what,
    format('more than {:.2f} g after {:.1f} kg of feed', first_weight_g, feed_kg) AS expected,
        format('{:.2f} g', last_weight_g) AS found
FROM stay_balance WHERE feed_kg > 0 AND last_weight_g <= first_weight_g AND fed_days > 1
UNION ALL
SELECT batch_number, NULL, last_day, format('feed conversion of stage {} in its band', stage),
       format('{:.3f} to {:.3f}', low, high), format('{:.1f} kg of feed / {:.1f} kg of growth', feed_kg, growth_kg)
FROM banded
WHERE (feed_kg >= low * (growth_kg - slack_kg) AND feed_kg <= high * (growth_kg + slack_kg)) IS NOT TRUE
UNION ALL
-- told once the fish of a stage that is fed have grown by more than weighings may err, and not before
SELECT
    batch_number, container, o.date, 'observed feed conversion',
    CASE WHEN stage = 1 THEN 'none of eggs'
         WHEN o.observed_fcr IS NULL OR o.growth_kg < o.enough_kg
             THEN format('told from {:.1f} kg of growth on', o.enough_kg)
         ELSE format('{:.3f}', o.feed_kg / o.growth_kg) END,
    format('{} at {:.1f} kg', coalesce(format('{:.3f}', o.observed_fcr), 'none'), o.growth_kg)
FROM (SELECT assignment_id, unnest(odd_fcr) AS o FROM state_growth WHERE odd_fcr IS NOT NULL) JOIN stay USING (assignment_id)
UNION ALL
SELECT
    s.batch_number, s.container, coalesce(u.first, u.period_start), 'a period''s summary is what was fed and grew',
    format('{} to {}: {} kg in {} meals, {:.2f} to {} kg, growth {:.2f} kg', u.first, u.last,
        u.feed_kg::VARCHAR, u.meals, u.start_kg, u.end_kg::VARCHAR, u.grown_kg),
    format('to {}: {} kg in {} meals, {} to {} kg, growth {} kg', u.period_end, u.total_feed_kg::VARCHAR,
        u.data_points, u.starting_biomass_kg::VARCHAR, u.ending_biomass_kg::VARCHAR, u.growth_kg::VARCHAR)
FROM summary u
LEFT JOIN stay s ON s.assignment_id = coalesce(u.assignment_id, u.container_assignment_id)
WHERE (u.period_start = u.first AND u.period_end = u.last AND u.batch_id = s.batch_id
       AND u.total_feed_kg = u.feed_kg AND u.data_points = u.meals AND u.ending_biomass_kg = u.end_kg
       AND abs(u.starting_biomass_kg::DOUBLE - u.start_kg) <= u.slack_kg + 0.0051
       AND abs(u.growth_kg::DOUBLE - u.grown_kg) <= u.slack_kg + 0.0051) IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, c.period_start, 'growth is not negative', '0 or more', c.growth_kg::VARCHAR
FROM container_feeding_summary c LEFT JOIN batch b ON b.id = c.batch_id WHERE c.growth_kg < 0
UNION ALL
SELECT s.batch_number, s.container, u.period_start, 'a period''s confidence and method follow its weighings',
    format('weighed {}', u.sample_date), format('{} {}', u.confidence_level::VARCHAR, u.estimation_method::VARCHAR)
FROM summary u
CROSS JOIN level
LEFT JOIN stay s USING (assignment_id)
WHERE u.period_start IS NOT NULL
    AND (u.estimation_method = CASE WHEN u.sample_date >= u.first_day THEN 'MEASURED' ELSE 'INTERPOLATED' END
         AND u.confidence_level = CASE
             WHEN u.last_day - u.sample_date < high THEN 'VERY_HIGH'
             WHEN u.last_day - u.sample_date < medium THEN 'HIGH'
             WHEN u.last_day - u.sample_date < low THEN 'MEDIUM'
             ELSE 'LOW' END) IS NOT TRUE
UNION ALL
SELECT b.batch_number, c.name, f.first_day, f.what || ': feed / growth', format('{:.4f}', f.feed_kg / f.growth_kg),
    f.fcr::VARCHAR
FROM (
    SELECT 'a container''s summary' AS what, container_assignment_id AS assignment_id, batch_id,
        period_start AS first_day, total_feed_kg::DOUBLE AS feed_kg, growth_kg::DOUBLE AS growth_kg,
        starting_biomass_kg::DOUBLE AS start_kg, fcr
    FROM container_feeding_summary
    UNION ALL
    SELECT 'a batch''s summary', NULL, batch_id, period_start, total_feed_kg::DOUBLE, total_growth_kg::DOUBLE,
        total_starting_biomass_kg::DOUBLE, fcr
    FROM batch_feeding_summary
) f
LEFT JOIN batch b ON b.id = f.batch_id
LEFT JOIN container_assignment a ON a.id = f.assignment_id
LEFT JOIN container c ON c.id = a.container_id
WHERE (CASE WHEN f.feed_kg > 0 AND f.feed_kg / f.growth_kg < 99.9995
            AND f.growth_kg > (SELECT value FROM parameter WHERE name = 'summary_least_growth') * f.start_kg
       THEN abs(f.fcr::DOUBLE - f.feed_kg / f.growth_kg) < 0.00051 ELSE f.fcr IS NULL END) IS NOT TRUE
UNION ALL
SELECT
    b.batch_number, NULL, coalesce(t.period_start, u.period_start),
    'a batch''s summary is the sum of its containers''',
    format('to {}: {} kg fed, {} to {} kg, mean {:.2f} kg, growth {} kg in {}', t.period_end, t.feed_kg::VARCHAR,
        t.start_kg::VARCHAR, t.end_kg::VARCHAR, e.mean_kg, t.growth_kg::VARCHAR, t.containers),
    format('to {}: {} kg fed, {} to {} kg, mean {} kg, growth {} kg in {}', u.period_end, u.total_feed_kg::VARCHAR,
        u.total_starting_biomass_kg::VARCHAR, u.total_ending_biomass_kg::VARCHAR, u.average_biomass_kg::VARCHAR,
        u.total_growth_kg::VARCHAR, u.container_count)
FROM total t
FULL JOIN batch_feeding_summary u
    ON u.batch_id = t.batch_id AND u.period_start = t.period_start AND u.period_end = t.period_end
LEFT JOIN evenings e ON e.batch_id = t.batch_id AND e.period_start = t.period_start AND e.period_end = t.period_end
LEFT JOIN batch b ON b.id = coalesce(t.batch_id, u.batch_id)
WHERE (u.total_feed_kg = t.feed_kg AND u.total_feed_consumed_kg = t.feed_kg
       AND u.total_starting_biomass_kg = t.start_kg AND u.total_ending_biomass_kg = t.end_kg
       AND u.total_biomass_gain_kg = t.end_kg - t.start_kg AND u.total_growth_kg = t.growth_kg
       AND u.container_count = t.containers AND abs(u.average_biomass_kg::DOUBLE - e.mean_kg) < 0.0051
       AND (u.weighted_avg_fcr IS NULL AND t.weighted IS NULL
            OR abs(u.weighted_avg_fcr::DOUBLE - t.weighted) < 0.00051)
       AND u.overall_confidence_level::VARCHAR = ['VERY_HIGH', 'HIGH', 'MEDIUM', 'LOW'][t.confidence]
       AND u.estimation_method::VARCHAR = CASE WHEN t.methods > 1 THEN 'MIXED' ELSE t.method END) IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, u.period_start, 'a batch''s feed a day / average biomass',
    format('{:.3f} %', 100 * u.total_feed_kg::DOUBLE / days / u.average_biomass_kg::DOUBLE),
    u.average_feeding_percentage::VARCHAR
FROM (
    SELECT f.*, e.days::DOUBLE AS days
    FROM batch_feeding_summary f LEFT JOIN evenings e USING (batch_id, period_start, period_end)
) u
LEFT JOIN batch b ON b.id = u.batch_id
WHERE (CASE WHEN u.total_feed_kg > 0 AND u.average_biomass_kg > 0
       THEN abs(u.average_feeding_percentage::DOUBLE
                - 100 * u.total_feed_kg::DOUBLE / days / u.average_biomass_kg::DOUBLE) < 0.0051
       ELSE u.average_feeding_percentage IS NULL END) IS NOT TRUE
ORDER BY ALL
