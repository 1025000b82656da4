-- The trigger holds on the day and not before: the harvest is decided on the first day on which the living's mean weight
-- reaches the target, or so that the last ring is emptied on the planned stay's last day. Each ring is emptied once, after
-- the decision, fasted, outside every treatment's withdrawal time, of the fish alive and at their weight. Lots sum to the
-- fish and kilograms harvested.
WITH day AS (  -- whole fish x 0.01 g: exact; of the rings that still hold fish
    SELECT
        d.batch_id, d.date, sum(d.population) AS fish, sum(d.population * (d.avg_weight_g * 100)::BIGINT) AS weight_cg
    FROM daily_truth d
    JOIN stay s USING (assignment_id)
    WHERE s.stage = (SELECT max(id) FROM lifecycle_stage)
    GROUP BY ALL
),
left_sea AS (
    SELECT s.batch_id, min(s.departure_date) - 1 AS first_harvest, max(s.departure_date) - 1 AS last_harvest,
        max(a.planned_departure_date) - 1 AS last_planned
    FROM stay s JOIN container_assignment a ON a.id = s.assignment_id
    WHERE s.stage = (SELECT max(id) FROM lifecycle_stage)
    GROUP BY ALL
),
trigger AS (
    SELECT
        b.*, l.* EXCLUDE (batch_id),
        min(d.date) FILTER (d.fish > 0 AND d.weight_cg >= (b.harvest_target_g * 100)::BIGINT * d.fish) AS reached
    FROM batch b
    LEFT JOIN left_sea l ON l.batch_id = b.id
    LEFT JOIN day d ON d.batch_id = b.id
    GROUP BY ALL
),
due AS (  -- fish alive on the last day in the sea, by ring
    SELECT s.assignment_id, s.batch_id, s.batch_number, s.container, d.date, d.population, d.avg_weight_g
    FROM stay s
    JOIN daily_truth d ON d.assignment_id = s.assignment_id AND d.date = s.departure_date - 1
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
    batch_number, NULL::VARCHAR AS container, harvest_decision_date AS date,
    'the harvest is decided on the first day of the target: ' || coalesce(harvest_reason::VARCHAR, 'none yet') AS what,
    format('target {} g, reached {}, planned to {}', harvest_target_g::VARCHAR, reached, last_planned) AS expected,
    format('decided {}, harvested {} to {}', harvest_decision_date, first_harvest, last_harvest) AS found
FROM trigger
WHERE (CASE
    WHEN harvest_decision_date IS NULL THEN reached IS NULL AND first_harvest IS NULL
    WHEN reached IS NOT NULL AND reached <= harvest_decision_date THEN
        reached = harvest_decision_date AND coalesce(harvest_reason = 'WEIGHT', TRUE)
    ELSE coalesce(harvest_reason = 'PLAN_END' AND last_harvest = last_planned, TRUE)
END) IS NOT TRUE
UNION ALL
SELECT batch_number, NULL, first_harvest, 'no ring is emptied before the decision', format('from {}',
    harvest_decision_date), format('{}', first_harvest)
FROM trigger WHERE first_harvest < harvest_decision_date
UNION ALL
SELECT s.batch_number, s.container, e.event_date::DATE, 'none inside a treatment''s withdrawal time',
    format('from {}', max(t.treatment_date::DATE + t.withholding_period_days + 1)), format('{}', e.event_date::DATE)
FROM harvest_event e
JOIN treatment t ON t.batch_assignment_id = e.assignment_id
    AND e.event_date::DATE BETWEEN t.treatment_date::DATE AND t.treatment_date::DATE + t.withholding_period_days
LEFT JOIN stay s ON s.assignment_id = e.assignment_id
GROUP BY s.batch_number, s.container, e.event_date, e.id
UNION ALL
SELECT s.batch_number, s.container, f.feeding_date, 'nothing is fed on the day of harvest', '0 meals',
    format('{} meals', count(*))
FROM feeding_event f
JOIN harvest_event e ON e.assignment_id = f.batch_assignment_id AND f.feeding_date = e.event_date::DATE
LEFT JOIN stay s ON s.assignment_id = e.assignment_id
GROUP BY ALL
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
