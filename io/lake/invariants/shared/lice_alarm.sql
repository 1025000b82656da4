-- Adult female lice a fish over all rings of a batch on each day of a count, and whether they order a treatment.
WITH ring AS (
    SELECT
        c.batch_id, c.count_date::DATE AS date, max(c.fish_sampled) AS fish,
        coalesce(sum(c.count_value) FILTER (t.species = 'Lepeophtheirus salmonis' AND t.gender = 'female'
            AND t.development_stage = 'adult'), 0) AS females
    FROM lice_count c JOIN lice_type t ON t.id = c.lice_type_id
    GROUP BY c.batch_id, c.assignment_id, c.count_date::DATE
),
counted AS (SELECT batch_id, date, sum(females) AS females, sum(fish) AS fish FROM ring GROUP BY ALL)
SELECT c.batch_id, c.date, c.females / c.fish AS a_fish, m.limit_females, c.females / c.fish > m.treated_above AS over
FROM counted c
JOIN batch b ON b.id = c.batch_id
LEFT JOIN planned_lice_limit m ON m.geography_id = b.geography_id AND m.month = month(c.date)
