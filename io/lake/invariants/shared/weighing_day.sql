-- The days on which a stay's fish were weighed: for a growth sample, or as they were vaccinated.
SELECT assignment_id, date, bool_or(weighed) AS weighed, bool_or(vaccinated) AS vaccinated
FROM (
    SELECT assignment_id, sample_date AS date, TRUE AS weighed, FALSE AS vaccinated FROM growth_sample
    UNION ALL
    SELECT batch_assignment_id, treatment_date::DATE, FALSE, TRUE FROM treatment
    WHERE treatment_type = 'vaccination' AND includes_weighing
)
GROUP BY assignment_id, date
