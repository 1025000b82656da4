-- The trigger holds on the day and not before: the harvest is decided on the first day on which the living's mean weight
-- reaches the target, or so that the last ring is emptied on the planned stay's last day of work. Each ring is emptied once, after
-- the decision, fasted, outside every treatment's withdrawal time, of the fish alive and at their weight. Lots sum to the
-- fish and kilograms harvested, and each is of its class; what is not sold is waste; one finance fact a lot; smolts and fish
-- are paid for at cost plus the policy's markup.
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
cut AS (  -- gutted weight of each event, of its last grade, and the day
    SELECT
        e.id, e.batch_id, e.assignment_id, e.event_date, e.live_weight_kg, sum(l.gutted_weight_kg) AS gutted_kg,
        coalesce(sum(l.gutted_weight_kg) FILTER (l.product_grade_id = (SELECT max(id) FROM product_grade)), 0)
            AS rejected_kg
    FROM harvest_event e LEFT JOIN harvest_lot l ON l.event_id = e.id
    GROUP BY ALL
),
waste AS (
    SELECT
        event_id, coalesce(sum(weight_kg) FILTER (category = 'VISCERA_AND_BLOOD'), 0) AS viscera_kg,
        coalesce(sum(weight_kg) FILTER (category = 'DISCARD'), 0) AS discard_kg, sum(weight_kg) AS weight_kg,
        min(weight_kg) AS least_kg
    FROM harvest_waste GROUP BY ALL
),
rule AS (  -- pricing by geography and grade, and between whom
    SELECT
        p.id, s.geography_id, s.subsidiary AS seller, r.subsidiary AS buyer, p.product_grade_id, s.currency,
        1 + p.markup_percent::DOUBLE / 100 AS markup
    FROM intercompany_policy p
    JOIN company s ON s.id = p.from_company_id
    JOIN company r ON r.id = p.to_company_id
),
opening AS (SELECT batch_id, min(event_date)::DATE AS day FROM harvest_event GROUP BY ALL),
meals AS (  -- at sea, up to the evening of the batch's first harvest and after
    SELECT
        f.batch_id, f.batch_assignment_id AS assignment_id,
        coalesce(sum(f.feed_cost) FILTER (f.feeding_date <= o.day), 0)::DOUBLE AS before,
        coalesce(sum(f.feed_cost) FILTER (f.feeding_date > o.day), 0)::DOUBLE AS after
    FROM feeding_event f
    JOIN opening o ON o.batch_id = f.batch_id
    JOIN container_assignment a ON a.id = f.batch_assignment_id
    WHERE a.lifecycle_stage_id = (SELECT max(id) FROM lifecycle_stage)
    GROUP BY ALL
),
alive AS (
    SELECT d.batch_id, d.assignment_id, d.population FROM daily_state d
    JOIN opening o ON o.batch_id = d.batch_id AND o.day = d.date
),
fed AS (  -- all rings' fish bear their feed up to that evening alike
    SELECT
        a.assignment_id, coalesce(m.after, 0)
            + a.population * (sum(m.before) OVER batch) / (sum(a.population) OVER batch)::DOUBLE AS cost
    FROM alive a
    LEFT JOIN meals m ON m.assignment_id = a.assignment_id
    WINDOW batch AS (PARTITION BY a.batch_id)
),
sold AS (  -- a ring's feed over feed's share of all cost, borne by its grades by gutted weight
    SELECT
        2 * c.id AS source, c.batch_id, c.assignment_id, c.event_date::DATE AS day,
        r.id AS policy_id, r.currency, coalesce(f.cost, 0) / (SELECT value FROM parameter
            WHERE name = 'feed_share_of_cost') * sum(l.gutted_weight_kg)::DOUBLE / c.gutted_kg::DOUBLE * r.markup AS due
    FROM cut c
    JOIN batch b ON b.id = c.batch_id
    JOIN harvest_lot l ON l.event_id = c.id
    LEFT JOIN rule r ON r.geography_id = b.geography_id AND r.seller = 'FM' AND r.buyer = 'LG'
        AND r.product_grade_id = l.product_grade_id
    LEFT JOIN fed f ON f.assignment_id = c.assignment_id
    GROUP BY c.id, c.batch_id, c.assignment_id, c.event_date, c.gutted_kg, r.id, r.currency, r.markup, f.cost
),
smolts AS (  -- by the fish that arrived and their biomass
    SELECT
        2 * w.id + 1 AS source, w.batch_id, NULL::BIGINT AS assignment_id,
        w.actual_completion_date AS day, r.id AS policy_id, r.currency,
        ((SELECT value FROM parameter WHERE name = 'smolt_cost_per_fish') * w.total_transferred_count
            + (SELECT value FROM parameter WHERE name = 'smolt_cost_per_kg') * w.total_biomass_kg::DOUBLE)
            * x.per_eur * r.markup AS due
    FROM transfer_workflow w
    JOIN batch b ON b.id = w.batch_id
    LEFT JOIN rule r ON r.geography_id = b.geography_id AND r.seller = 'FW' AND r.buyer = 'FM'
    LEFT JOIN exchange_rate x ON x.geography_id = b.geography_id
    WHERE w.dest_lifecycle_stage_id = (SELECT max(id) FROM lifecycle_stage) AND w.status = 'COMPLETED'
),
payable AS (FROM sold UNION ALL FROM smolts),
posted AS (  -- by what it pays for: a harvest, or a move
    SELECT *, CASE WHEN transfer_workflow_id IS NULL THEN 2 * event_id
        WHEN event_id IS NULL THEN 2 * transfer_workflow_id + 1 END AS source
    FROM intercompany_transaction
),
paid AS (
    SELECT
        p.batch_id, p.assignment_id, coalesce(p.day, t.posting_date) AS day, p.due, p.policy_id, p.currency, p.day AS due_day,
        t.id, t.amount, t.policy_id AS by_policy, t.currency AS in_currency, t.posting_date, t.batch_id AS of_batch
    FROM payable p
    FULL JOIN posted t ON t.source = p.source AND t.policy_id = p.policy_id
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
    ELSE harvest_reason IS NULL OR harvest_reason = 'PLAN_END' AND last_harvest BETWEEN last_planned - 6 AND last_planned  -- plants rest
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
SELECT s.batch_number, s.container, f.feeding_date, 'nothing is fed while fish fast for a treatment', '0 meals',
    format('{} meals', count(*))
FROM feeding_event f
JOIN (
    SELECT DISTINCT t.batch_assignment_id,
        t.treatment_date::DATE - unnest(generate_series(0, r.fasting_days))::INTEGER AS day
    FROM treatment t JOIN treatment_rule r ON r.method = t.method::VARCHAR WHERE r.fasting_days > 0
) t ON t.batch_assignment_id = f.batch_assignment_id AND t.day = f.feeding_date
LEFT JOIN stay s ON s.assignment_id = f.batch_assignment_id
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
UNION ALL
SELECT b.batch_number, s.container, e.event_date::DATE, 'a lot''s mean gutted weight is of its size class',
    format('{} kg', l.size_class::VARCHAR), format('{:.3f} kg', l.gutted_weight_kg::DOUBLE / l.unit_count)
FROM harvest_lot l
LEFT JOIN harvest_event e ON e.id = l.event_id
LEFT JOIN batch b ON b.id = l.batch_id
LEFT JOIN stay s ON s.assignment_id = e.assignment_id
WHERE (l.gutted_weight_kg >= left(l.size_class::VARCHAR, 1)::INTEGER * l.unit_count
       AND (l.size_class = '9+' OR l.gutted_weight_kg < (left(l.size_class::VARCHAR, 1)::INTEGER + 1) * l.unit_count))
    IS NOT TRUE
UNION ALL
-- the share thrown away is rounded to the gram
SELECT b.batch_number, s.container, c.event_date::DATE, 'waste is what gutting took, and of the last grade a share',
    format('{} and {:.3f} kg', (c.live_weight_kg - c.gutted_kg)::VARCHAR, c.rejected_kg::DOUBLE * p.value),
    format('{} and {} kg', w.viscera_kg::VARCHAR, w.discard_kg::VARCHAR)
FROM cut c
LEFT JOIN waste w ON w.event_id = c.id
LEFT JOIN parameter p ON p.name = 'reject_discard_share'
LEFT JOIN batch b ON b.id = c.batch_id
LEFT JOIN stay s ON s.assignment_id = c.assignment_id
WHERE (w.viscera_kg = c.live_weight_kg - c.gutted_kg AND abs(w.discard_kg::DOUBLE - c.rejected_kg::DOUBLE * p.value) < 0.00051
       AND w.least_kg > 0 AND w.weight_kg <= c.live_weight_kg) IS NOT TRUE
UNION ALL
SELECT b.batch_number, s.container, e.event_date::DATE, 'one finance fact a lot, with its figures',
    format('lot {}: {} fish, {} kg', l.id, l.unit_count, l.gutted_weight_kg::VARCHAR),
    format('fact {}: {} fish, {} kg', f.id, f.unit_count, f.quantity_kg::VARCHAR)
FROM harvest_lot l
LEFT JOIN harvest_event e ON e.id = l.event_id
LEFT JOIN batch b ON b.id = l.batch_id
LEFT JOIN stay s ON s.assignment_id = e.assignment_id
LEFT JOIN container c ON c.id = e.container_id
FULL JOIN fact_harvest f ON f.lot_id = l.id
LEFT JOIN company m ON m.id = f.dim_company_id
LEFT JOIN site t ON t.id = f.dim_site_id
WHERE (f.unit_count = l.unit_count AND f.quantity_kg = l.live_weight_kg AND f.event_id = l.event_id
       AND f.product_grade_id = l.product_grade_id AND f.event_date = e.event_date AND f.batch_id = l.batch_id
       AND f.dim_batch_id = l.batch_id AND m.geography_id = b.geography_id AND m.subsidiary = 'FM'
       AND t.area_id = c.area_id) IS NOT TRUE
UNION ALL
SELECT b.batch_number, s.container, p.day, 'smolts and each grade of a harvest are paid for once, at cost and markup',
    format('{:.2f} {} on {}', p.due, p.currency, p.due_day),
    format('{} {} on {}', p.amount::VARCHAR, p.in_currency::VARCHAR, p.posting_date)
FROM paid p
LEFT JOIN batch b ON b.id = coalesce(p.batch_id, p.of_batch)
LEFT JOIN stay s ON s.assignment_id = p.assignment_id
WHERE (abs(p.amount::DOUBLE - p.due) < 0.0051 + 1e-9 * p.due AND p.in_currency::VARCHAR = p.currency::VARCHAR
       AND p.posting_date = p.due_day AND p.of_batch = p.batch_id) IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, t.posting_date, 'transactions are numbered in order of time',
    format('after {}', lag(t.posting_date) OVER w), t.posting_date::VARCHAR
FROM intercompany_transaction t LEFT JOIN batch b ON b.id = t.batch_id
WINDOW w AS (PARTITION BY t.batch_id ORDER BY t.id)
QUALIFY t.posting_date < lag(t.posting_date) OVER w
UNION ALL
SELECT b.batch_number, NULL, w.actual_completion_date, 'the move to sea names its transaction', t.id::VARCHAR,
    w.finance_transaction_id::VARCHAR
FROM transfer_workflow w
LEFT JOIN intercompany_transaction t ON t.transfer_workflow_id = w.id
LEFT JOIN batch b ON b.id = w.batch_id
WHERE w.finance_transaction_id IS DISTINCT FROM t.id
ORDER BY ALL
