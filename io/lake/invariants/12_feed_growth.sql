-- No feeding without growth over a stage; a batch's biological feed conversion (feed / growth of the living and of those
-- that died) lies in its band. Growth is counted from the true weights, feed from the meals. What a cull of small fish raises
-- the mean by is no growth. The feed conversion of a state is that of the meals and states of its stay until then.
-- The feeding summaries say what meals, samples and daily states come to in each calendar week and month, a batch's
-- exactly the sum of its containers'; what a weighing revises is booked over the weeks after it, and growth never back.
--
-- The band of a stage is the biology's mean +- 5 SD between batches (a draw beyond is one in two million), at least half the
-- mean, as the model bounds it; wider by the appetite's 5 SD over the container-days fed, half of which count, since
-- fish eat most at a stage's end; and by the rounding of mean weights, 0.01 g.
WITH arrival AS (  -- the weight with which a stay began: in truth, and as the farm knew it
    SELECT
        t.dest_assignment_id AS assignment_id,
        sum(t.transferred_count * d.avg_weight_g)::DOUBLE / sum(t.transferred_count) AS true_g,
        sum(t.transferred_count * t.measured_avg_weight_g)::DOUBLE / sum(t.transferred_count) AS known_g
    FROM fish_moved t
    LEFT JOIN daily_truth d
        ON d.assignment_id = t.source_assignment_id AND d.date = t.actual_execution_date - 1
    GROUP BY ALL
),
cull AS (
    SELECT assignment_id, event_date AS date, count AS fish, biomass_kg::DOUBLE AS biomass_kg
    FROM mortality_event WHERE is_cull
),
gain AS (  -- of the day, kg: in truth, and as the farm reckons
    SELECT
        d.assignment_id, d.date, d.feed_kg::DOUBLE AS feed_kg, d.observed_fcr,
        coalesce(d.true_before_g::DOUBLE, a.true_g, d.true_g::DOUBLE) AS true_before_g, d.true_g::DOUBLE AS true_g,
        (d.fish_before * (d.true_g - coalesce(d.true_before_g::DOUBLE, a.true_g, d.true_g::DOUBLE))
            - coalesce(c.fish * d.true_g, 0)) / 1000 + coalesce(c.biomass_kg, 0) AS true_kg,
        (d.fish_before * (d.known_g - coalesce(d.known_before_g::DOUBLE, a.known_g, d.known_g::DOUBLE))
            - coalesce(c.fish * d.known_g, 0)) / 1000 + coalesce(c.biomass_kg, 0) AS known_kg,
        d.fish_before * 0.01 / 1000 + CASE WHEN c.fish > 0 THEN 0.005 ELSE 0 END AS slack_kg
    FROM state_day d
    LEFT JOIN arrival a USING (assignment_id)
    LEFT JOIN cull c USING (assignment_id, date)
),
grown AS (
    SELECT
        assignment_id, sum(true_kg) AS growth_kg, max(slack_kg) AS slack_kg,
        arg_min(true_before_g, date) AS first_weight_g, arg_max(true_g, date) AS last_weight_g,
        max(date) AS last_day
    FROM gain GROUP BY assignment_id
),
told AS (
    SELECT
        assignment_id, date, observed_fcr, sum(feed_kg) OVER w AS feed_kg, sum(known_kg) OVER w AS growth_kg,
        max(slack_kg) OVER w AS slack_kg
    FROM gain
    WINDOW w AS (PARTITION BY assignment_id ORDER BY date)
),
judged AS (
    SELECT
        t.*, s.batch_number, s.container, s.stage,
        p.value * s.initial_count * (a.known_g + 0.01) / 1000 AS enough_kg
    FROM told t
    JOIN stay s USING (assignment_id)
    LEFT JOIN arrival a USING (assignment_id)
    CROSS JOIN parameter p
    WHERE p.name = 'fcr_least_growth'
      AND CASE
        WHEN s.stage = 1 THEN t.observed_fcr IS NOT NULL
        WHEN t.observed_fcr IS NULL
            THEN t.feed_kg > 0 AND t.growth_kg - t.slack_kg > p.value * s.initial_count * (a.known_g + 0.01) / 1000
        ELSE t.growth_kg + t.slack_kg < p.value * s.initial_count * (a.known_g - 0.01) / 1000
            OR (t.feed_kg >= (t.observed_fcr - 0.00051) * (t.growth_kg - t.slack_kg)
                AND t.feed_kg <= (t.observed_fcr + 0.00051) * (t.growth_kg + t.slack_kg)) IS NOT TRUE
      END
),
fed AS (
    SELECT batch_assignment_id AS assignment_id, sum(amount_kg)::DOUBLE AS feed_kg,
        count(DISTINCT feeding_date) AS days
    FROM feeding_event GROUP BY ALL
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
evening AS (  -- the states of stages that are fed, with the evening before: on arrival, the weight at the move
    SELECT
        d.batch_id, d.assignment_id, d.date, d.biomass_kg, d.fish_before::DOUBLE AS fish,
        d.known_g::DOUBLE - coalesce(d.known_before_g::DOUBLE, a.known_g) AS gain_g,
        d.known_before_g::DOUBLE - coalesce(d.known_earlier_g::DOUBLE, a.known_g) AS gain_before_g,
        coalesce(d.biomass_before_kg::DOUBLE, s.initial_count * a.known_g / 1000) AS morning_kg,
        s.initial_count * 0.01 / 1000 AS slack_kg
    FROM state_day d
    JOIN stay s USING (assignment_id)
    JOIN fcr_band f ON f.geography_id = s.geography_id AND f.lifecycle_stage_id = s.stage AND f.mean > 0
    LEFT JOIN arrival a USING (assignment_id)
),
span AS (SELECT value::INTEGER AS days FROM parameter WHERE name = 'summary_revision_days'),
revised AS (  -- what a weighing revised: its day's gain beyond that of the day before
    SELECT
        e.*, CASE WHEN g.sample_date IS NULL THEN 0 ELSE e.gain_g - coalesce(e.gain_before_g, 0) END AS revised_g
    FROM evening e LEFT JOIN sampled g ON g.assignment_id = e.assignment_id AND g.sample_date = e.date
),
spread AS (  -- booked over the days from then on; both sums in one order, that they share a sort
    SELECT
        r.*, r.fish / 1000 * (r.gain_g - r.revised_g + (sum(r.revised_g) OVER w - coalesce(sum(r.revised_g) OVER past, 0))
            / s.days) AS booked_kg
    FROM revised r CROSS JOIN span s
    WINDOW
        w AS (PARTITION BY r.assignment_id ORDER BY r.date::TIMESTAMP),
        past AS (
            PARTITION BY r.assignment_id ORDER BY r.date::TIMESTAMP
            RANGE BETWEEN UNBOUNDED PRECEDING AND to_days(s.days) PRECEDING
        )
),
told_kg AS (SELECT *, sum(booked_kg) OVER (PARTITION BY assignment_id ORDER BY date) AS sum_kg FROM spread),
grown_day AS (  -- by how much the sum is higher than ever before: growth is never taken back
    SELECT
        *, greatest(max(sum_kg) OVER w, 0)
            - coalesce(greatest(max(sum_kg) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0), 0) AS grown_kg
    FROM told_kg
    WINDOW w AS (PARTITION BY assignment_id ORDER BY date)
),
calendar AS (
    SELECT d.date, unnest([
        {'first': date_trunc('week', d.date)::DATE, 'last': date_trunc('week', d.date)::DATE + 6},
        {'first': date_trunc('month', d.date)::DATE, 'last': last_day(d.date)}
    ]) AS p
    FROM (SELECT DISTINCT date FROM evening) d
),
served AS (
    SELECT batch_assignment_id AS assignment_id, p.first, p.last, sum(amount_kg) AS feed_kg, count(*) AS meals
    FROM feeding_event JOIN calendar ON date = feeding_date GROUP BY ALL
),
lived AS (
    SELECT
        e.assignment_id, k.p.first AS first, k.p.last AS last, min(e.date) AS first_day, max(e.date) AS last_day,
        arg_min(e.morning_kg, e.date) AS start_kg, arg_max(e.biomass_kg, e.date) AS end_kg,
        sum(e.grown_kg) AS grown_kg, max(e.slack_kg) AS slack_kg
    FROM grown_day e JOIN calendar k USING (date) CROSS JOIN run
    WHERE k.p.last < run.as_of
    GROUP BY ALL HAVING arg_min(e.fish, e.date) > 0
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
evenings AS (
    SELECT
        t.batch_id, t.period_start, t.period_end, count(DISTINCT e.date) AS days,
        sum(e.biomass_kg)::DOUBLE / count(DISTINCT e.date) AS mean_kg
    FROM total t JOIN evening e ON e.batch_id = t.batch_id AND e.date BETWEEN t.period_start AND t.period_end
    GROUP BY t.batch_id, t.period_start, t.period_end
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
    batch_number, container, date, 'observed feed conversion',
    CASE WHEN stage = 1 THEN 'none of eggs'
         WHEN observed_fcr IS NULL OR growth_kg < enough_kg
             THEN format('told from {:.1f} kg of growth on', enough_kg)
         ELSE format('{:.3f}', feed_kg / growth_kg) END,
    format('{} at {:.1f} kg', coalesce(format('{:.3f}', observed_fcr), 'none'), growth_kg)
FROM judged
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
