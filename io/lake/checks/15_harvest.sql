-- The trigger holds on the day and not before: the first day on which the living's mean weight reached the target, or the
-- planned end. Lots sum to the fish and kilograms harvested, and those to the fish alive and their weight.
WITH day AS (  -- whole fish x 0.01 g: exact
    SELECT
        d.batch_id, d.date, sum(d.population) AS fish, sum(d.population * (d.avg_weight_g * 100)::BIGINT) AS weight_cg
    FROM daily_state d
    WHERE d.lifecycle_stage_id = (SELECT max(id) FROM lifecycle_stage)
    GROUP BY ALL
),
trigger AS (
    SELECT
        b.*, b.actual_end_date - 1 AS last_day,
        min(d.date) FILTER (d.fish > 0 AND d.weight_cg >= (b.harvest_target_g * 100)::BIGINT * d.fish) AS reached
    FROM batch b LEFT JOIN day d ON d.batch_id = b.id
    GROUP BY ALL
),
due AS (  -- fish alive on the last day in the sea, by ring
    SELECT s.assignment_id, s.batch_id, s.batch_number, s.container, d.date, d.population, d.avg_weight_g
    FROM stay s
    JOIN batch b ON b.id = s.batch_id AND b.actual_end_date IS NOT NULL
    JOIN daily_state d ON d.assignment_id = s.assignment_id AND d.date = b.actual_end_date - 1
    WHERE s.stage = (SELECT max(id) FROM lifecycle_stage) AND d.population > 0
),
taken AS (
    SELECT
        e.assignment_id, min(e.event_date::DATE) AS date, count(*) AS events, sum(e.harvested_count) AS fish,
            sum(e.live_weight_kg) AS live_kg
    FROM harvest_event e GROUP BY ALL
),
ring AS (
    SELECT
        coalesce(d.assignment_id, t.assignment_id) AS assignment_id, d.date AS due_date, t.date, d.population,
            d.avg_weight_g, t.events, t.fish, t.live_kg
    FROM due d FULL JOIN taken t ON t.assignment_id = d.assignment_id
),
graded AS (
    SELECT event_id, sum(unit_count) AS fish, sum(live_weight_kg) AS live_kg FROM harvest_lot GROUP BY ALL
),
share AS (SELECT value AS yield FROM parameter WHERE name = 'gutted_yield'),
spread AS (SELECT value AS sd FROM parameter WHERE name = 'gutted_yield_sd')
SELECT
    batch_number, NULL::VARCHAR AS container, last_day AS date,
    CASE WHEN status = 'ACTIVE' THEN 'active: the harvest weight is not reached' ELSE 'harvested on the first day of the target: ' || coalesce(harvest_reason::VARCHAR, 'no reason') END AS what,
    format('target {} g', harvest_target_g::VARCHAR) AS expected, coalesce(format('reached {}', reached),
        'not reached') AS found
FROM trigger
WHERE (CASE
    WHEN actual_end_date IS NULL THEN reached IS NULL
    WHEN harvest_reason = 'WEIGHT' THEN reached = last_day
    ELSE reached IS NULL AND actual_end_date = expected_end_date
END) IS NOT TRUE
UNION ALL
SELECT t.batch_number, NULL, NULL, 'harvest weight as planned', p.harvest_target_g::VARCHAR,
    t.harvest_target_g::VARCHAR
FROM trigger t JOIN planned_batch p ON p.batch_id = t.id
WHERE abs(p.harvest_target_g - t.harvest_target_g::DOUBLE) > 0.005
UNION ALL
SELECT s.batch_number, s.container, coalesce(r.date, r.due_date),
    'a ring is emptied once, of the fish alive, on the last day',
       format('{} fish on {}', r.population, r.due_date),
           format('{} fish on {} in {} harvests', r.fish::BIGINT, r.date, r.events)
FROM ring r LEFT JOIN stay s USING (assignment_id)
WHERE (r.fish = r.population AND r.date = r.due_date AND r.events = 1) IS NOT TRUE
UNION ALL
SELECT s.batch_number, s.container, r.date, 'live weight = fish x mean weight',
       format('{:.3f} kg', (r.population * r.avg_weight_g)::DOUBLE / 1000), format('{} kg', r.live_kg::VARCHAR)
FROM ring r LEFT JOIN stay s USING (assignment_id)
WHERE abs(r.live_kg - r.population * r.avg_weight_g / 1000) > r.population * 0.005 / 1000 + 0.0005
UNION ALL
SELECT s.batch_number, s.container, e.event_date::DATE, 'lots sum to the harvest',
       format('{} fish, {} kg', e.harvested_count, e.live_weight_kg::VARCHAR),
           format('{} fish, {} kg', g.fish::BIGINT, g.live_kg::VARCHAR)
FROM harvest_event e
LEFT JOIN stay s ON s.assignment_id = e.assignment_id
LEFT JOIN graded g ON g.event_id = e.id
WHERE (g.fish = e.harvested_count AND g.live_kg = e.live_weight_kg) IS NOT TRUE
UNION ALL
-- gutted is less than live, at the biology's yield +- 6 SD between batches, to the gram
SELECT b.batch_number, s.container, e.event_date::DATE, 'gutted weight',
       format('{:.3f} to {:.3f} kg', l.live_weight_kg::DOUBLE * (yield - 6 * sd), l.live_weight_kg::DOUBLE * least(1,
           yield + 6 * sd)),
       format('{} kg', l.gutted_weight_kg::VARCHAR)
FROM harvest_lot l
CROSS JOIN share CROSS JOIN spread
LEFT JOIN harvest_event e ON e.id = l.event_id
LEFT JOIN batch b ON b.id = l.batch_id
LEFT JOIN stay s ON s.assignment_id = e.assignment_id
WHERE (l.gutted_weight_kg < l.live_weight_kg AND l.unit_count > 0
       AND l.gutted_weight_kg::DOUBLE BETWEEN l.live_weight_kg::DOUBLE * (yield - 6 * sd) - 0.001
                                          AND l.live_weight_kg::DOUBLE * (yield + 6 * sd) + 0.001) IS NOT TRUE
ORDER BY ALL
