-- Every state beside the truth of its day and the state before: `before` is the evening before, null on the first day;
-- fish_before is what the stay began with there. weighed: a growth sample was taken; vaccinated: with a weighing.
-- weighed_g: the true weight at the latest weighing, or on the first day. appetite: the true one. error_g: by how much the
-- farm's estimate may err, as 13_weights says. known_earlier_g: two evenings before.
WITH day AS (
    SELECT
        d.assignment_id, d.batch_id, d.date, d.biomass_kg, d.population, d.mortality_count, d.feed_kg, d.observed_fcr,
        d.anchor_type, d.weight_source, d.weight_confidence, d.avg_weight_g AS known_g, t.avg_weight_g AS true_g,
        t.std_weight_g AS true_sd_g, t.population AS true_population, t.appetite,
        (t.population = d.population AND t.mortality_count = d.mortality_count AND t.feed_kg = d.feed_kg) IS TRUE AS agree,
        coalesce(g.weighed, FALSE) AS weighed, coalesce(g.vaccinated, FALSE) AS vaccinated, s.first_day,
        coalesce(lag(d.population) OVER w, s.initial_count) AS fish_before,
        lag(d.biomass_kg) OVER w AS biomass_before_kg, lag(d.avg_weight_g, 2) OVER w AS known_earlier_g,
        lag(d.avg_weight_g) OVER w AS known_before_g, lag(t.avg_weight_g) OVER w AS true_before_g,
        lag(d.weight_confidence) OVER w AS confidence_before,
        coalesce(
            max(CASE WHEN d.weight_source = 'measured' THEN t.avg_weight_g END) OVER w,
            first_value(t.avg_weight_g) OVER w
        ) AS weighed_g,
        count_if(d.weight_source = 'measured') OVER w AS weighings
    FROM daily_state d
    LEFT JOIN daily_truth t ON t.assignment_id = d.assignment_id AND t.date = d.date
    LEFT JOIN stay s ON s.assignment_id = d.assignment_id
    LEFT JOIN weighing_day g ON g.assignment_id = d.assignment_id AND g.date = d.date
    WINDOW w AS (PARTITION BY d.assignment_id ORDER BY d.date)
),
off_feed AS (  -- of the growth expected since a weighing, the share that appetite fell short by
    SELECT
        *, sum(CASE WHEN weight_source <> 'measured'
            THEN (1 - appetite)::DOUBLE * (known_g - known_before_g)::DOUBLE ELSE 0
        END) OVER (PARTITION BY assignment_id, weighings ORDER BY date) AS off_feed_g
    FROM day
)
SELECT
    * EXCLUDE (weighings, off_feed_g),
    CASE WHEN population > 0
        THEN 8 * true_sd_g::DOUBLE / sqrt((SELECT value FROM parameter WHERE name = 'sample_size'))
            + 0.5 * (true_g - weighed_g)::DOUBLE + 0.01 + off_feed_g
    END AS error_g
FROM off_feed
