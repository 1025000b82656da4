-- Adult female lice a fish over all rings of a batch on each day of a count, and whether they order a treatment.
WITH counted AS (
    SELECT batch_id, day AS date, sum(females) AS females, sum(fish) AS fish FROM adult_females GROUP BY ALL
)
SELECT c.batch_id, c.date, c.females / c.fish AS a_fish, m.limit_females, c.females / c.fish > m.treated_above AS over
FROM counted c
JOIN batch b ON b.id = c.batch_id
LEFT JOIN planned_lice_limit m ON m.geography_id = b.geography_id AND m.month = month(c.date)
