-- Biomass and density stay within the container's limits every day, or the plan flagged the batch before the run.
-- The excess of flagged batches is told batch by batch in 14_capacity.report.
WITH over AS (
    SELECT
        d.batch_id, d.container_id, count(*) AS days, min(d.date) AS first_day, arg_max(d.date,
            d.population * d.avg_weight_g) AS worst_day,
        max(d.population * d.avg_weight_g)::DOUBLE / 1000 AS peak_kg,
        any_value(least(c.max_biomass_kg, c.max_density_kg_m3 * c.volume_m3))::DOUBLE AS limit_kg
    FROM daily_truth d JOIN container c ON c.id = d.container_id
    WHERE d.population * d.avg_weight_g / 1000 > least(c.max_biomass_kg, c.max_density_kg_m3 * c.volume_m3)
    GROUP BY ALL
)
SELECT
    b.batch_number, c.name AS container, o.worst_day AS date, 'biomass within the container''s limits' AS what,
    format('at most {:.0f} kg', o.limit_kg) AS expected,
        format('{:.0f} kg, over on {} days from {}', o.peak_kg, o.days, o.first_day) AS found
FROM over o
LEFT JOIN batch b ON b.id = o.batch_id
LEFT JOIN container c ON c.id = o.container_id
WHERE b.over_capacity_planned IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, NULL, 'flagged by the plan, not after it', p.over_capacity::VARCHAR,
    b.over_capacity_planned::VARCHAR
FROM batch b LEFT JOIN planned_batch p ON p.batch_id = b.id
WHERE b.over_capacity_planned IS DISTINCT FROM p.over_capacity
ORDER BY ALL
