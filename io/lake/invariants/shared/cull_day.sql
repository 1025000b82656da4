-- The small fish that were graded out of a stay, day by day.
SELECT assignment_id, event_date AS date, count AS fish, biomass_kg::DOUBLE AS biomass_kg
FROM mortality_event WHERE is_cull
