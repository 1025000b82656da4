-- Salmon lice counted of each stage in each ring and count, with what the truth lets expect: mean lice a fish x fish,
-- and its variance, that of a negative binomial.
WITH counted AS (
    SELECT
        c.assignment_id,
        DATE '1970-01-01' + (epoch_us(c.count_date) // 86400000000)::INTEGER AS date,  -- cheaper than a cast
        max(c.fish_sampled) AS fish,
        coalesce(sum(c.count_value) FILTER (t.development_stage IN ('copepodid', 'chalimus')), 0) AS attached,
        coalesce(sum(c.count_value) FILTER (t.development_stage = 'pre-adult'
            OR (t.development_stage = 'adult' AND t.gender = 'male')), 0) AS mobile,
        coalesce(sum(c.count_value) FILTER (t.development_stage = 'adult' AND t.gender = 'female'), 0) AS adult_female
    FROM lice_count c LEFT JOIN lice_type t ON t.id = c.lice_type_id AND t.species = 'Lepeophtheirus salmonis'
    GROUP BY ALL
),
staged AS (
    SELECT c.assignment_id, c.date, c.fish, unnest([
        {'stage': 'attached', 'counted': c.attached, 'a_fish': t.attached},
        {'stage': 'mobile', 'counted': c.mobile, 'a_fish': t.mobile},
        {'stage': 'adult_female', 'counted': c.adult_female, 'a_fish': t.adult_female}
    ]) AS s
    FROM counted c JOIN lice_truth t USING (assignment_id, date)
)
SELECT
    assignment_id, date, fish, s.stage AS stage, s.counted AS counted, fish * s.a_fish::DOUBLE AS expected,
    fish * s.a_fish::DOUBLE * (1 + fish * s.a_fish::DOUBLE / p.value) AS variance
FROM staged LEFT JOIN parameter p ON p.name = 'lice_count_size_' || s.stage
