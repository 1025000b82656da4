-- No feeding without growth over a stage; a batch's biological feed conversion (feed / growth of the living and of those
-- that died) lies in its band. Growth is counted from the daily states and the weights moved, feed from the meals.
--
-- The band of a stage is the biology's mean +- 5 SD between batches (a draw beyond is one in two million), at least half the
-- mean, as the model bounds it; wider by the appetite's 5 SD over the container-days fed, half of which count, since
-- fish eat most at a stage's end; and by the rounding of mean weights, 0.01 g.
WITH arrival AS (
    SELECT dest_assignment_id AS assignment_id,
        sum(transferred_count * measured_avg_weight_g)::DOUBLE / sum(transferred_count) AS weight_g
    FROM transfer_action GROUP BY ALL
),
step AS (
    SELECT
        d.assignment_id, d.date,
        coalesce(lag(d.population) OVER w, s.initial_count)::DOUBLE AS fish,
        d.avg_weight_g::DOUBLE AS weight_g,
        coalesce(lag(d.avg_weight_g) OVER w::DOUBLE, a.weight_g, d.avg_weight_g::DOUBLE) AS weight_before_g,
        d.observed_fcr::DOUBLE AS observed_fcr
    FROM daily_state d
    JOIN stay s USING (assignment_id)
    LEFT JOIN arrival a USING (assignment_id)
    WINDOW w AS (PARTITION BY d.assignment_id ORDER BY d.date)
),
grown AS (
    SELECT
        assignment_id, sum(fish * (weight_g - weight_before_g)) / 1000 AS growth_kg,
            max(fish) * 0.01 / 1000 AS slack_kg,
        arg_min(weight_before_g, date) AS first_weight_g, arg_max(weight_g, date) AS last_weight_g,
        arg_max(coalesce(observed_fcr, -1), date) AS observed_fcr, max(date) AS last_day
    FROM step GROUP BY assignment_id
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
-- what the last state says of the stay, against meals and weights
SELECT batch_number, container, last_day, 'observed feed conversion', format('{:.3f}', feed_kg / greatest(growth_kg,
    1e-9)), format('{:.3f}', observed_fcr)
FROM stay_balance
WHERE CASE WHEN observed_fcr < 0 THEN feed_kg > 0 AND growth_kg > slack_kg
      ELSE (feed_kg >= (observed_fcr - 0.0005) * (growth_kg - slack_kg)
          AND feed_kg <= (observed_fcr + 0.0005) * (growth_kg + slack_kg)) IS NOT TRUE END
ORDER BY ALL
