-- The same of rows that lie by stay and date, truths beside their states: without a sort or a large join. Running figures
-- are those of all rows, less what they were when the stay began. Where a row is not in_order the tables lie otherwise.
WITH beside AS (
    SELECT
        d.assignment_id, d.batch_id, d.date, d.biomass_kg, d.population, d.mortality_count, d.feed_kg, d.observed_fcr,
        d.anchor_type, d.weight_source, d.weight_confidence, d.avg_weight_g AS known_g, t.avg_weight_g AS true_g,
        t.std_weight_g AS true_sd_g, t.population AS true_population, t.appetite,
        (t.population = d.population AND t.mortality_count = d.mortality_count AND t.feed_kg = d.feed_kg) IS TRUE AS agree,
        t.assignment_id = d.assignment_id AND t.date = d.date AND d.avg_weight_g + t.avg_weight_g + t.appetite IS NOT NULL
            AND d.weight_source IS NOT NULL AND d.population IS NOT NULL AS complete
    FROM daily_state d POSITIONAL JOIN daily_truth t
),
lagged AS (
    SELECT
        *, lag(assignment_id) OVER () AS stay_before, lag(assignment_id, 2) OVER () AS stay_earlier,
        lag(date) OVER () AS date_before, lag(population) OVER () AS population_before,
        lag(biomass_kg) OVER () AS lag_biomass, lag(known_g) OVER () AS lag_known, lag(known_g, 2) OVER () AS lag_earlier,
        lag(true_g) OVER () AS lag_true, lag(weight_confidence) OVER () AS lag_confidence
    FROM beside
),
told AS (
    SELECT
        *, (stay_before = assignment_id) IS NOT TRUE AS first, weight_source = 'measured' AS measured,
        CASE WHEN weight_source <> 'measured' AND stay_before = assignment_id
            THEN ((1 - appetite) * 1000)::BIGINT * ((known_g - lag_known) * 100)::BIGINT ELSE 0 END AS off_feed
    FROM lagged
),
summed AS (
    SELECT
        *, sum(off_feed) OVER (ROWS UNBOUNDED PRECEDING) AS sum_off_feed,
        -- the highest of the stay, if it was weighed
        max(CASE WHEN measured THEN assignment_id::HUGEINT * 1000000000000 + (true_g * 100)::BIGINT END)
            OVER (ROWS UNBOUNDED PRECEDING) AS highest,
        last_value(CASE WHEN first THEN true_g END IGNORE NULLS) OVER (ROWS UNBOUNDED PRECEDING) AS first_true_g
    FROM told
),
since AS (
    SELECT
        *, last_value(CASE WHEN first OR measured THEN sum_off_feed END IGNORE NULLS) OVER (ROWS UNBOUNDED PRECEDING)
            AS sum_before,
        CASE WHEN highest > assignment_id::HUGEINT * 1000000000000 - 100000000000
            THEN TRY_CAST((highest - assignment_id::HUGEINT * 1000000000000) / 100.0 AS DECIMAL(10, 2))
            ELSE first_true_g END AS weighed_g
    FROM summed
),
off_feed AS (
    SELECT *, CASE WHEN measured OR NOT first THEN (sum_off_feed - sum_before)::DOUBLE / 100000 END AS off_feed_g FROM since
)
SELECT
    o.assignment_id, o.batch_id, o.date, biomass_kg, population, mortality_count, feed_kg, observed_fcr, anchor_type,
    weight_source, weight_confidence, known_g, true_g, true_sd_g, true_population, appetite, agree,
    coalesce(g.weighed, FALSE) AS weighed, coalesce(g.vaccinated, FALSE) AS vaccinated, s.first_day,
    CASE WHEN first THEN s.initial_count ELSE population_before END AS fish_before,
    CASE WHEN NOT first THEN lag_biomass END AS biomass_before_kg,
    CASE WHEN NOT first AND stay_earlier = o.assignment_id THEN lag_earlier END AS known_earlier_g,
    CASE WHEN NOT first THEN lag_known END AS known_before_g, CASE WHEN NOT first THEN lag_true END AS true_before_g,
    CASE WHEN NOT first THEN lag_confidence END AS confidence_before, weighed_g,
    CASE WHEN population > 0
        THEN 8 * true_sd_g::DOUBLE / sqrt((SELECT value FROM parameter WHERE name = 'sample_size'))
            + 0.5 * (true_g - weighed_g)::DOUBLE + 0.01 + off_feed_g
    END AS error_g,
    (complete AND (stay_before IS NULL OR stay_before < o.assignment_id OR (first IS FALSE AND date_before < o.date))) IS TRUE
        AS in_order
FROM off_feed o
LEFT JOIN stay s ON s.assignment_id = o.assignment_id
LEFT JOIN weighing_day g ON g.assignment_id = o.assignment_id AND g.date = o.date
