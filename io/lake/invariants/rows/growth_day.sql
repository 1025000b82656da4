-- What fish grew by, state by state. true_kg: of the day, in truth. sum_feed_kg, sum_known_kg, most_slack_kg: fed, grown as
-- the farm reckons, and the rounding in it, in the stay until then. is_fed: the stage is. Of these: fish and morning_kg in
-- the morning; grown_kg, by how much the sum of what is booked is higher than ever before: growth is never taken back.
-- What a cull of small fish raises the mean by is no growth; what a weighing revised, its day's gain beyond that of the day
-- before, is booked over summary_revision_days from then on.
WITH span AS (SELECT value::INTEGER AS days FROM parameter WHERE name = 'summary_revision_days'),
gain AS (
    SELECT
        d.assignment_id, d.batch_id, d.date, d.feed_kg, d.observed_fcr, d.biomass_kg, d.weighed,
        coalesce(d.true_before_g::DOUBLE, a.true_g, d.true_g::DOUBLE) AS true_before_g, d.true_g::DOUBLE AS true_g,
        (d.fish_before * (d.true_g - coalesce(d.true_before_g::DOUBLE, a.true_g, d.true_g::DOUBLE))
            - coalesce(c.fish * d.true_g, 0)) / 1000 + coalesce(c.biomass_kg, 0) AS true_kg,
        (d.fish_before * (d.known_g - coalesce(d.known_before_g::DOUBLE, a.known_g, d.known_g::DOUBLE))
            - coalesce(c.fish * d.known_g, 0)) / 1000 + coalesce(c.biomass_kg, 0) AS known_kg,
        d.fish_before * 0.01 / 1000 + CASE WHEN c.fish > 0 THEN 0.005 ELSE 0 END AS slack_kg,
        f.assignment_id IS NOT NULL AS is_fed, d.fish_before::DOUBLE AS fish,
        d.known_g::DOUBLE - coalesce(d.known_before_g::DOUBLE, a.known_g) AS gain_g,
        d.known_before_g::DOUBLE - coalesce(d.known_earlier_g::DOUBLE, a.known_g) AS gain_before_g,
        coalesce(d.biomass_before_kg::DOUBLE, f.initial_count * a.known_g / 1000) AS morning_kg
    FROM state_day d
    LEFT JOIN arrival a ON a.assignment_id = d.assignment_id
    LEFT JOIN cull_day c ON c.assignment_id = d.assignment_id AND c.date = d.date
    LEFT JOIN fed_stay f ON f.assignment_id = d.assignment_id
),
revised AS (
    SELECT *, CASE WHEN weighed THEN gain_g - coalesce(gain_before_g, 0) ELSE 0 END AS revised_g FROM gain
),
spread AS (  -- both sums in one order, that they share a sort
    SELECT
        r.*, CASE WHEN r.is_fed THEN r.fish / 1000 * (
            r.gain_g - r.revised_g + (sum(r.revised_g) OVER w - coalesce(sum(r.revised_g) OVER past, 0)) / s.days
        ) END AS booked_kg
    FROM revised r CROSS JOIN span s
    WINDOW
        w AS (PARTITION BY r.assignment_id ORDER BY r.date::TIMESTAMP),
        past AS (
            PARTITION BY r.assignment_id ORDER BY r.date::TIMESTAMP
            RANGE BETWEEN UNBOUNDED PRECEDING AND to_days(s.days) PRECEDING
        )
),
summed AS (
    SELECT
        *, sum(feed_kg) OVER w AS sum_feed_kg, sum(known_kg) OVER w AS sum_known_kg, max(slack_kg) OVER w AS most_slack_kg,
        sum(booked_kg) OVER w AS sum_kg
    FROM spread
    WINDOW w AS (PARTITION BY assignment_id ORDER BY date)
)
SELECT
    assignment_id, batch_id, date, observed_fcr, biomass_kg, true_before_g, true_g, true_kg,
    sum_feed_kg::DOUBLE AS sum_feed_kg, sum_known_kg, most_slack_kg, is_fed, fish, morning_kg,
    CASE WHEN is_fed THEN greatest(max(sum_kg) OVER w, 0)
        - coalesce(greatest(max(sum_kg) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0), 0) END AS grown_kg
FROM summed
WINDOW w AS (PARTITION BY assignment_id ORDER BY date)
