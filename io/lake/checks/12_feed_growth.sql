-- No feeding without growth over a stage; a batch's biological feed conversion (feed / growth of the living and of those
-- that died) lies in its band. Growth is counted from the true weights, feed from the meals. What a cull of small fish raises
-- the mean by is no growth. The feed conversion of a state is that of the meals and states of its
-- stay until then.
--
-- The band of a stage is the biology's mean +- 5 SD between batches (a draw beyond is one in two million), at least half the
-- mean, as the model bounds it; wider by the appetite's 5 SD over the container-days fed, half of which count, since
-- fish eat most at a stage's end; and by the rounding of mean weights, 0.01 g.
WITH arrival AS (  -- the weight with which a stay began: in truth, and as the farm knew it
    SELECT
        t.dest_assignment_id AS assignment_id,
        sum(t.transferred_count * d.avg_weight_g)::DOUBLE / sum(t.transferred_count) AS true_g,
        sum(t.transferred_count * t.measured_avg_weight_g)::DOUBLE / sum(t.transferred_count) AS known_g
    FROM transfer_action t
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
ORDER BY ALL
