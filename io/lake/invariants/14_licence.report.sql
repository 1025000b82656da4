-- Areas whose fish together weighed more than the licence: reported, not enforced.
WITH day AS (
    SELECT c.area_id, d.date, sum(d.biomass_kg) AS biomass_kg
    FROM daily_truth d JOIN container c ON c.id = d.container_id
    WHERE c.area_id IS NOT NULL
    GROUP BY ALL
)
SELECT
    a.name AS area, count(*) AS days, min(d.date) AS first_day, arg_max(d.date, d.biomass_kg) AS worst_day,
    round(max(d.biomass_kg)) AS peak_kg, round(a.max_biomass_kg) AS licence_kg,
    round((max(d.biomass_kg) / a.max_biomass_kg - 1) * 100)::INTEGER AS percent_over
FROM day d JOIN area a ON a.id = d.area_id
WHERE d.biomass_kg > a.max_biomass_kg
GROUP BY a.id, a.name, a.max_biomass_kg
ORDER BY a.name
