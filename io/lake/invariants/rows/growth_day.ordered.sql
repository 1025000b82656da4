-- The same of rows that lie by stay, day after day: running sums of all rows, less what they were when the stay began.
WITH gain AS (
    SELECT
        d.assignment_id, d.batch_id, d.date, d.feed_kg, d.observed_fcr, d.biomass_kg, d.weighed, d.in_order AND d.feed_kg IS NOT NULL AS was_in_order,
        coalesce(d.true_before_g::DOUBLE, a.true_g, d.true_g::DOUBLE) AS true_before_g, d.true_g::DOUBLE AS true_g,
        (d.fish_before * (d.true_g - coalesce(d.true_before_g::DOUBLE, a.true_g, d.true_g::DOUBLE))
            - coalesce(c.fish * d.true_g, 0)) / 1000 + coalesce(c.biomass_kg, 0) AS true_kg,
        (d.fish_before * (d.known_g - coalesce(d.known_before_g::DOUBLE, a.known_g, d.known_g::DOUBLE))
            - coalesce(c.fish * d.known_g, 0)) / 1000 + coalesce(c.biomass_kg, 0) AS known_kg,
        d.fish_before * 1000::BIGINT + CASE WHEN c.fish > 0 THEN 500000 ELSE 0 END AS slack,  -- 0.00000001 kg
        f.assignment_id IS NOT NULL AS is_fed, d.fish_before::DOUBLE AS fish,
        d.known_g::DOUBLE - coalesce(d.known_before_g::DOUBLE, a.known_g) AS gain_g,
        d.known_before_g::DOUBLE - coalesce(d.known_earlier_g::DOUBLE, a.known_g) AS gain_before_g,
        coalesce(d.biomass_before_kg::DOUBLE, f.initial_count * a.known_g / 1000) AS morning_kg
    FROM state_day d
    LEFT JOIN arrival a ON a.assignment_id = d.assignment_id
    LEFT JOIN cull_day c ON c.assignment_id = d.assignment_id AND c.date = d.date
    LEFT JOIN fed_stay f ON f.assignment_id = d.assignment_id
),
lagged AS (
    SELECT
        *, lag(assignment_id) OVER () AS stay_before, lag(date) OVER () AS date_before,
        CASE WHEN NOT is_fed THEN 0 WHEN weighed THEN gain_g - coalesce(gain_before_g, 0) ELSE 0 END AS revised_g
    FROM gain
),
over AS (  -- what was revised the span before, in the stay
    SELECT
        *, (stay_before = assignment_id) IS NOT TRUE AS first,
        lag(assignment_id, getvariable('summary_revision_days')) OVER () AS stay_then,
        lag(revised_g, getvariable('summary_revision_days')) OVER () AS revised_then_g
    FROM lagged
),
rolling AS (
    SELECT
        *, sum(revised_g - CASE WHEN stay_then = assignment_id THEN revised_then_g ELSE 0 END)
            OVER (ROWS UNBOUNDED PRECEDING) AS open_g,
        sum((feed_kg * 10000)::BIGINT) OVER (ROWS UNBOUNDED PRECEDING) AS feed,
        sum(known_kg) OVER (ROWS UNBOUNDED PRECEDING) AS known,
        max(assignment_id::HUGEINT * 10000000000000 + slack) OVER (ROWS UNBOUNDED PRECEDING) AS most_slack
    FROM over
),
begun AS (
    SELECT
        *,
        last_value(CASE WHEN first THEN feed - (feed_kg * 10000)::BIGINT END IGNORE NULLS) OVER (ROWS UNBOUNDED PRECEDING)
            AS feed_before,
        last_value(CASE WHEN first THEN known - known_kg END IGNORE NULLS) OVER (ROWS UNBOUNDED PRECEDING) AS known_before,
        last_value(CASE WHEN first THEN open_g - revised_g END IGNORE NULLS) OVER (ROWS UNBOUNDED PRECEDING) AS open_before
    FROM rolling
),
booked AS (
    SELECT
        b.*, CASE WHEN is_fed THEN fish / 1000 * (gain_g - revised_g + (open_g - open_before) / getvariable('summary_revision_days')) ELSE 0 END
            AS booked_kg
    FROM begun b
),
told AS (SELECT *, sum(booked_kg) OVER (ROWS UNBOUNDED PRECEDING) AS sum_kg FROM booked),
since AS (
    SELECT
        *, last_value(CASE WHEN first THEN sum_kg - booked_kg END IGNORE NULLS) OVER (ROWS UNBOUNDED PRECEDING) AS sum_before
    FROM told
),
highest AS (  -- of the stay, in 0.000001 kg
    SELECT
        *, assignment_id::HUGEINT * 100000000000000000000 AS base,
        max(assignment_id::HUGEINT * 100000000000000000000 + TRY_CAST(round((sum_kg - sum_before) * 1000000) AS BIGINT))
            OVER (ROWS UNBOUNDED PRECEDING) AS top
    FROM since
),
higher AS (SELECT *, lag(top) OVER () AS top_before FROM highest)
SELECT
    assignment_id, batch_id, date, observed_fcr, biomass_kg, true_before_g, true_g, true_kg,
    (feed - feed_before)::DOUBLE / 10000 AS sum_feed_kg, known - known_before AS sum_known_kg,
    (most_slack - assignment_id::HUGEINT * 10000000000000)::DOUBLE / 100000000 AS most_slack_kg, is_fed, fish, morning_kg,
    CASE WHEN is_fed
        THEN (greatest(top - base, 0) - CASE WHEN first THEN 0 ELSE greatest(top_before - base, 0) END)::DOUBLE / 1000000
    END AS grown_kg,
    (was_in_order AND TRY_CAST(round((sum_kg - sum_before) * 1000000) AS BIGINT) IS NOT NULL
        AND booked_kg IS NOT NULL AND known_kg IS NOT NULL AND slack IS NOT NULL
        AND (stay_before IS NULL OR stay_before < assignment_id OR (first IS FALSE AND date_before + 1 = date))) IS TRUE AS in_order
FROM higher
