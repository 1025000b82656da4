-- biomass = population x mean weight / 1000 within rounding (population x .005 g / 1000 + .005 kg), wherever the three
-- stand together or a row names fish whose weight a day's state tells: the truth's where fish are weighed at harvest, the
-- farm's estimate where they are not. The dead are of sizes of their own, and culls take the small.
WITH figure AS (
    SELECT assignment_id, date, 'daily state' AS what, population AS fish, avg_weight_g AS weight_g, biomass_kg
    FROM daily_state
    UNION ALL
    SELECT id, departure_date, 'assignment', population_count, avg_weight_g, biomass_kg FROM container_assignment
    WHERE is_active OR departure_date IS NOT NULL
    UNION ALL
    SELECT assignment_id, date, 'true state', population, avg_weight_g, biomass_kg FROM daily_truth
    UNION ALL
    SELECT source_assignment_id, actual_execution_date, 'moved', transferred_count, measured_avg_weight_g,
        transferred_biomass_kg
    FROM fish_moved
    UNION ALL
    SELECT e.assignment_id, e.event_date::DATE, 'harvested at that day''s weight', e.harvested_count, d.avg_weight_g,
        e.live_weight_kg
    FROM harvest_event e
    LEFT JOIN daily_truth d ON d.assignment_id = e.assignment_id AND d.date = e.event_date::DATE
),
lost AS (  -- a day's mean size of the dead lies within the population's spread, that of the culled at most at its mean
    SELECT
        m.assignment_id, m.event_date AS date, m.count AS fish, m.biomass_kg, d.avg_weight_g AS weight_g,
        CASE WHEN m.is_cull THEN 'culled' ELSE 'dead' END AS kind,
        CASE WHEN m.is_cull THEN 0 ELSE 0.2 END AS least, CASE WHEN m.is_cull THEN 1 ELSE 3 END AS most,
        m.count * 0.005 / 1000 + 0.005 AS slack
    FROM mortality_event m
    LEFT JOIN daily_truth d ON d.assignment_id = m.assignment_id AND d.date = m.event_date
),
arrived AS (  -- what a stay of a later stage began with
    SELECT dest_assignment_id AS assignment_id, sum(transferred_biomass_kg) AS biomass_kg, count(*) AS actions,
        sum(transferred_count) AS fish
    FROM fish_moved GROUP BY ALL
),
began AS (  -- on the day of arrival two weights were rounded: the source's and the mixture's
    SELECT a.assignment_id, s.first_day, a.biomass_kg, a.fish * 0.01 / 1000 + 0.005 * (a.actions + 1) AS slack
    FROM arrived a JOIN stay s USING (assignment_id)
),
meal AS (  -- the first of those that follow each other: what offends is made distinct
    SELECT
        f.assignment_id, f.date, f.found, coalesce(d.population * d.avg_weight_g / 1000, b.biomass_kg) AS expected,
        CASE WHEN d.population IS NOT NULL THEN d.population * 0.005 / 1000 + 0.005 ELSE b.slack END AS slack
    FROM (
        SELECT
            batch_assignment_id AS assignment_id, feeding_date AS date, batch_biomass_kg AS found,
            lag(batch_assignment_id) OVER () AS assignment_before, lag(feeding_date) OVER () AS date_before,
            lag(batch_biomass_kg) OVER () AS found_before
        FROM feeding_event
    ) f
    LEFT JOIN daily_state d ON d.assignment_id = f.assignment_id AND d.date = f.date - 1
    LEFT JOIN began b ON b.assignment_id = f.assignment_id AND b.first_day = f.date
    WHERE (f.assignment_id = f.assignment_before AND f.date = f.date_before AND f.found = f.found_before) IS NOT TRUE
),
weighed AS (
    SELECT t.source_assignment_id AS assignment_id, t.actual_execution_date AS date, d.avg_weight_g AS expected,
        t.measured_avg_weight_g AS found
    FROM fish_moved t
    LEFT JOIN daily_state d ON d.assignment_id = t.source_assignment_id AND d.date = t.actual_execution_date - 1
)
SELECT
    s.batch_number, s.container, f.date, 'biomass: ' || f.what AS what,
    format('{} fish x {} g = {} kg', f.fish, f.weight_g::VARCHAR, round(f.fish * f.weight_g / 1000,
        3)::VARCHAR) AS expected,
    format('{} kg', f.biomass_kg::VARCHAR) AS found
FROM figure f LEFT JOIN stay s USING (assignment_id)
WHERE (abs(f.fish * f.weight_g / 1000 - f.biomass_kg) <= f.fish * 0.005 / 1000 + 0.005) IS NOT TRUE
UNION ALL
SELECT
    s.batch_number, s.container, l.date, 'biomass of the ' || l.kind,
    format('{} fish of {} to {} g', l.fish, (l.least * l.weight_g)::VARCHAR, (l.most * l.weight_g)::VARCHAR),
    format('{} kg', l.biomass_kg::VARCHAR)
FROM lost l LEFT JOIN stay s USING (assignment_id)
WHERE (l.biomass_kg BETWEEN l.least * l.fish * l.weight_g / 1000 - l.slack
                        AND l.most * l.fish * l.weight_g / 1000 + l.slack) IS NOT TRUE
UNION ALL
SELECT DISTINCT s.batch_number, s.container, m.date, 'biomass of the morning, at a meal',
    format('{} kg', m.expected::VARCHAR), format('{} kg', m.found::VARCHAR)
FROM meal m LEFT JOIN stay s USING (assignment_id)
WHERE (abs(m.expected - m.found) <= m.slack) IS NOT TRUE
UNION ALL
SELECT s.batch_number, s.container, w.date, 'weight at the move = the last state''s',
    format('{} g', w.expected::VARCHAR), format('{} g', w.found::VARCHAR)
FROM weighed w LEFT JOIN stay s USING (assignment_id)
WHERE w.expected IS DISTINCT FROM w.found
ORDER BY ALL
