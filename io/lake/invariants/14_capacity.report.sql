-- The batches that the plan flagged and that outgrew a container: how far, and where it was worst.
WITH over AS (
    SELECT
        d.batch_id, d.container_id, d.date, d.biomass_kg,
        least(c.max_biomass_kg, c.max_density_kg_m3 * c.volume_m3) AS limit_kg
    FROM daily_truth d JOIN container c ON c.id = d.container_id
    WHERE d.biomass_kg > least(c.max_biomass_kg, c.max_density_kg_m3 * c.volume_m3)
)
SELECT
    b.batch_number, count(DISTINCT o.container_id) AS containers, count(*) AS container_days,
    min(o.date) AS first_day, arg_max(c.name, o.biomass_kg / o.limit_kg) AS worst_container,
    arg_max(o.date, o.biomass_kg / o.limit_kg) AS worst_day,
    round(arg_max(o.biomass_kg, o.biomass_kg / o.limit_kg)) AS peak_kg, round(arg_max(o.limit_kg,
        o.biomass_kg / o.limit_kg)) AS limit_kg,
    round(max(o.biomass_kg / o.limit_kg - 1) * 100)::INTEGER AS percent_over
FROM over o
JOIN batch b ON b.id = o.batch_id AND b.over_capacity_planned
LEFT JOIN container c ON c.id = o.container_id
GROUP BY b.id, b.batch_number
ORDER BY b.batch_number
