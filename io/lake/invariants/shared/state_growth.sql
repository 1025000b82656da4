-- What fish grew by (growth_day) in each stay and piece: a week as far as it lies in one month, since weeks and months are
-- made of pieces. days: a bit each. odd_fcr: the states whose feed conversion is not what was fed and grew until then.
WITH begun AS (
    SELECT
        s.assignment_id, s.stage, p.value * s.initial_count * (a.known_g + 0.01) / 1000 AS enough_kg,
        p.value * s.initial_count * (a.known_g - 0.01) / 1000 AS needed_kg
    FROM stay s LEFT JOIN arrival a USING (assignment_id) CROSS JOIN parameter p
    WHERE p.name = 'fcr_least_growth'
),
day AS (
    SELECT
        g.*, b.enough_kg, CASE
            WHEN b.stage = 1 THEN g.observed_fcr IS NOT NULL
            WHEN g.observed_fcr IS NULL THEN g.sum_feed_kg > 0 AND g.sum_known_kg - g.most_slack_kg > b.enough_kg
            ELSE g.sum_known_kg + g.most_slack_kg < b.needed_kg
                OR (g.sum_feed_kg >= (g.observed_fcr - 0.00051) * (g.sum_known_kg - g.most_slack_kg)
                    AND g.sum_feed_kg <= (g.observed_fcr + 0.00051) * (g.sum_known_kg + g.most_slack_kg)) IS NOT TRUE
        END AND b.assignment_id IS NOT NULL AS is_odd
    FROM growth_day g LEFT JOIN begun b ON b.assignment_id = g.assignment_id
)
SELECT
    assignment_id, batch_id, date - (least(isodow(date), dayofmonth(date)) - 1)::INTEGER AS piece, is_fed, min(date) AS first_day,
    max(date) AS last_day, arg_min(morning_kg, date) AS start_kg, arg_max(biomass_kg, date) AS end_kg,
    sum(grown_kg) AS grown_kg, arg_min(fish, date) AS fish, sum(biomass_kg) AS evening_kg,
    bit_or(1 << least(isodow(date), dayofmonth(date))) AS days, sum(true_kg) AS true_kg, max(most_slack_kg) AS slack_kg,
    arg_min(true_before_g, date) AS first_weight_g, arg_max(true_g, date) AS last_weight_g,
    list({'date': date, 'observed_fcr': observed_fcr, 'feed_kg': sum_feed_kg, 'growth_kg': sum_known_kg,
        'enough_kg': enough_kg}) FILTER (is_odd) AS odd_fcr
FROM day GROUP BY ALL
