-- COMPLETED <=> harvested. COMPLETED or TERMINATED <=> end date = last departure. ACTIVE or RECEIVING <=> an active
-- assignment. Never COMPLETED before Adult. TERMINATED <=> all fish died on the last day, of an event that took them all.
-- What the plan alone tells of a status is so. An order of eggs has the status of its deliveries, a delivery that of its
-- tray: filled, or reserved and empty.
-- A treatment is of its method's kind and has the outcome that the counts around it show; an entry in the journal is
-- closed with a word on how, or open, and no entry of a harvested batch is open.
-- A move's status is that of its actions; what the plan has ahead is planned or drafted, and what was planned from it says so.
WITH seen AS (
    SELECT
        b.*, run.as_of, last.id AS last_stage, p.status AS planned_status,
        (SELECT value FROM parameter WHERE name = 'eggs_ordered_days') AS ordered_days,
        (SELECT status FROM creation_workflow w WHERE w.batch_id = b.id) AS order_status,
        (SELECT cancelled_at FROM creation_workflow w WHERE w.batch_id = b.id) AS cancelled_at,
        (SELECT cancellation_reason FROM creation_workflow w WHERE w.batch_id = b.id) AS cancellation_reason,
        (SELECT count(*) FROM creation_action c WHERE c.batch_id = b.id) AS deliveries,
        (SELECT coalesce(sum(population), 0) FROM daily_state d
            WHERE d.batch_id = b.id AND d.date = b.actual_end_date - 1) AS left_over,
        (SELECT coalesce(sum(count), 0) FROM mortality_event m
            WHERE m.batch_id = b.id AND m.event_date = b.actual_end_date - 1 AND NOT m.is_cull) AS died_at_last,
        (SELECT count(*) FROM container_assignment a
            WHERE a.batch_id = b.id AND a.departure_date = b.actual_end_date) AS last_trays,
        (SELECT count(*) FROM health_event e WHERE e.batch_id = b.id AND e.expected_loss = 1
            AND e.start_date = b.actual_end_date - 1) AS struck,
        (SELECT count(*) FROM health_event e WHERE e.batch_id = b.id AND e.expected_loss = 1) AS took_all,
        (SELECT count(*) FROM creation_action c WHERE c.batch_id = b.id AND c.status = 'COMPLETED') AS done,
        -- harvested: every ring that still held fish has been emptied
        (SELECT count(*) FROM harvest_event e WHERE e.batch_id = b.id) AS harvests,
        (SELECT count(*) FROM container_assignment a
            WHERE a.batch_id = b.id AND a.lifecycle_stage_id = last.id AND a.is_active) AS full_rings,
        (SELECT count(*) FROM container_assignment a WHERE a.batch_id = b.id AND a.is_active) AS active,
        (SELECT max(departure_date) FROM container_assignment a WHERE a.batch_id = b.id) AS last_departure
    FROM batch b
    CROSS JOIN run
    CROSS JOIN (SELECT max(id) AS id FROM lifecycle_stage) AS last
    LEFT JOIN planned_batch p ON p.batch_id = b.id
),
reserved AS (
    SELECT a.*, (SELECT count(*) FROM creation_action c WHERE c.dest_assignment_id = a.id) AS deliveries
    FROM container_assignment a WHERE NOT a.is_active AND a.departure_date IS NULL
),
delivery AS (
    SELECT
        b.batch_number, n.name AS container, c.expected_delivery_date AS date, c.status = 'COMPLETED' AS done,
        (c.egg_count_actual IS NOT NULL)::INTEGER + (c.actual_delivery_date IS NOT NULL)::INTEGER
            + (c.delivery_method IS NOT NULL)::INTEGER + (c.water_temp_on_arrival IS NOT NULL)::INTEGER
            + (c.egg_quality_score IS NOT NULL)::INTEGER + (c.execution_duration_minutes IS NOT NULL)::INTEGER AS known,
        c.status, r.id IS NULL AS filled
    FROM creation_action c
    LEFT JOIN container_assignment a ON a.id = c.dest_assignment_id
    LEFT JOIN reserved r ON r.id = a.id
    LEFT JOIN batch b ON b.id = c.batch_id
    LEFT JOIN container n ON n.id = a.container_id
),
figure AS (
    SELECT batch_number, actual_end_date AS date, status = 'COMPLETED' AS completed, unnest([
        {'what': 'COMPLETED = harvested', 'holds': (status = 'COMPLETED') = (harvests > 0 AND full_rings = 0),
            'found': format('{}, {} harvests, {} rings with fish', status, harvests, full_rings)},
        {'what': 'ACTIVE = has an active assignment',
            'holds': (status IN ('ACTIVE', 'RECEIVING')) = (active > 0),
            'found': format('{}, {} active', status, active)},
        {'what': 'the status that the plan tells',
            'holds': CASE WHEN planned_status IS NULL THEN status IN ('ACTIVE', 'COMPLETED')
                ELSE status::VARCHAR = planned_status END,
            'found': format('{}, planned {}', status, planned_status)},
        {'what': 'an order has the status of its deliveries',
            'holds': order_status = CASE
                WHEN status = 'CANCELLED' THEN 'CANCELLED'
                WHEN done = deliveries THEN 'COMPLETED'
                WHEN done > 0 THEN 'IN_PROGRESS'
                WHEN start_date - as_of <= ordered_days THEN 'PLANNED'
                ELSE 'DRAFT' END,
            'found': format('{}, {} of {} done, from {}', order_status, done, deliveries, start_date)},
        {'what': 'COMPLETED = has an end date',
            'holds': (status IN ('COMPLETED', 'TERMINATED')) = (actual_end_date IS NOT NULL),
            'found': format('{}, end {}', status, actual_end_date)},
        {'what': 'COMPLETED = has a reason of harvest',
            'holds': (status = 'COMPLETED') = (harvest_reason IS NOT NULL), 'found':
                format('{}, reason {}', status, harvest_reason)},
        {'what': 'end date = last departure',
            'holds': actual_end_date IS NULL OR actual_end_date IS NOT DISTINCT
            FROM last_departure, 'found': format('end {}, last departure {}', actual_end_date, last_departure)},
        {'what': 'COMPLETED only as Adult', 'holds': status <> 'COMPLETED' OR lifecycle_stage_id = last_stage,
            'found': format('{} in stage {}', status, lifecycle_stage_id)},
        {'what': 'TERMINATED = all fish died on the last day, of one event',
            'holds': CASE WHEN status = 'TERMINATED' THEN left_over = 0 AND died_at_last > 0
                AND struck = last_trays ELSE took_all = 0 END,
            'found': format('{}, {} fish left, {} dead on {}, {} of {} containers struck, {} by events that take all',
                status, left_over, died_at_last, actual_end_date - 1, struck, last_trays, took_all)},
        {'what': 'CANCELLED = an order with a reason and a time',
            'holds': (status = 'CANCELLED') = (cancelled_at IS NOT NULL)
                AND (status = 'CANCELLED') = (length(cancellation_reason) >= 10),
            'found': format('{}, at {}: {}', status, cancelled_at, cancellation_reason)},
        {'what': 'ends by the planned day', 'holds': coalesce(actual_end_date, as_of) <= expected_end_date,
            'found': format('{}, end {}, planned {}', status, actual_end_date, expected_end_date)}
    ]) AS f
    FROM seen
),
lice AS (  -- those that a treatment is judged by
    SELECT assignment_id, date, sum(counted)::DOUBLE AS lice, any_value(fish) AS fish
    FROM lice_sample WHERE stage <> 'attached' GROUP BY ALL
),
given AS (SELECT *, batch_assignment_id AS assignment_id, treatment_date::DATE AS date FROM treatment),
reduction AS (
    SELECT max(value) FILTER (name = 'successful_reduction') AS successful,
        max(value) FILTER (name = 'partial_reduction') AS partial
    FROM parameter
),
outcome AS (
    SELECT
        t.id, CASE
            WHEN t.method = 'VACCINE' THEN 'successful'
            WHEN b.date IS NULL OR a.date IS NULL THEN 'pending'
            WHEN a.lice * b.fish <= b.lice * a.fish * (1 - r.successful) THEN 'successful'
            WHEN a.lice * b.fish <= b.lice * a.fish * (1 - r.partial) THEN 'partial'
            ELSE 'unsuccessful'
        END AS due
    FROM given t CROSS JOIN reduction r
    ASOF LEFT JOIN lice b ON b.assignment_id = t.assignment_id AND t.date >= b.date
    ASOF LEFT JOIN lice a ON a.assignment_id = t.assignment_id AND t.date < a.date
),
treated AS (
    SELECT s.batch_number, s.container, t.date, unnest([
        {'what': 'a treatment''s kind and times are its method''s',
            'holds': t.treatment_type::VARCHAR = r.treatment_type AND t.duration_days = r.duration_days
                AND t.withholding_period_days = r.withholding_days
                AND (t.vaccination_type_id IS NOT NULL) = (t.method = 'VACCINE'),
            'expected': format('{}, {} d, {} d withheld', r.treatment_type, r.duration_days, r.withholding_days),
            'found': format('{} {}, {} d, {} d withheld, vaccine {}', t.method, t.treatment_type, t.duration_days,
                t.withholding_period_days, t.vaccination_type_id)},
        {'what': 'a treatment''s outcome is what the counts show', 'holds': t.outcome::VARCHAR = o.due,
            'expected': o.due, 'found': t.outcome::VARCHAR},
        {'what': 'a treatment removes 0 to all lice, a vaccine none, and kills a share',
            'holds': f.efficacy BETWEEN 0 AND CASE t.method WHEN 'VACCINE' THEN 0 ELSE 1 END
                AND f.expected_loss >= 0 AND f.expected_loss < 1,
            'expected': '0 to 1', 'found': format('{}, {}', f.efficacy::VARCHAR, f.expected_loss::VARCHAR)},
        {'what': 'fish are weighed at a treatment where a sample says so',
            'holds': t.includes_weighing = (g.id IS NOT NULL),
            'expected': format('sample {}', g.id), 'found': t.includes_weighing::VARCHAR}
    ]) AS f
    FROM given t
    LEFT JOIN stay s ON s.assignment_id = t.assignment_id
    LEFT JOIN treatment_rule r ON r.method = t.method::VARCHAR
    LEFT JOIN treatment_truth f ON f.treatment_id = t.id
    LEFT JOIN outcome o ON o.id = t.id
    LEFT JOIN growth_sample g ON g.assignment_id = t.assignment_id AND g.sample_date = t.date
),
actions AS (  -- of each move, by status
    SELECT
        workflow_id, count_if(status = 'PENDING') AS pending, count_if(status = 'IN_PROGRESS') AS under_way,
        count_if(status = 'COMPLETED') AS done, count_if(status = 'FAILED') AS failed,
        count_if(status = 'SKIPPED') AS skipped
    FROM transfer_action GROUP BY ALL
),
workflow AS (
    SELECT
        w.*, b.batch_number, run.as_of, coalesce(a.pending, 0) AS pending, coalesce(a.under_way, 0) AS under_way,
        coalesce(a.done, 0) AS done, coalesce(a.failed, 0) AS failed, coalesce(a.skipped, 0) AS skipped,
        -- what took the place of one that was cancelled
        max(w.planned_start_date) FILTER (w.status <> 'CANCELLED')
            OVER (PARTITION BY w.batch_id, w.source_lifecycle_stage_id) AS anew
    FROM transfer_workflow w
    CROSS JOIN run
    LEFT JOIN batch b ON b.id = w.batch_id
    LEFT JOIN actions a ON a.workflow_id = w.id
),
moving AS (
    SELECT
        batch_number, planned_start_date AS date, workflow_number || ': a move is as far as its actions are' AS what,
        format('{}: {} pending, {} under way, {} done, {} failed, {} skipped; {}', status, pending, under_way, done,
            failed, skipped, cancellation_reason) AS found
    FROM workflow
    WHERE (CASE status
        WHEN 'DRAFT' THEN pending + under_way + done + failed + skipped = 0 AND planned_start_date >= as_of
        WHEN 'PLANNED' THEN pending > 0 AND under_way + done + failed + skipped = 0 AND planned_start_date >= as_of
        WHEN 'IN_PROGRESS' THEN pending + under_way > 0 AND done > 0
        WHEN 'COMPLETED' THEN pending + under_way = 0 AND actual_completion_date = planned_completion_date
        WHEN 'CANCELLED' THEN pending + under_way + done + failed = 0 AND planned_start_date < least(as_of, anew)
    END AND (status = 'CANCELLED') = (cancellation_reason <> '')
        AND planned_completion_date >= planned_start_date) IS NOT TRUE
),
horizon AS (
    SELECT max(value::INTEGER) FILTER (name = 'move_planned_days') AS planned_days,
        max(value::INTEGER) FILTER (name = 'move_draft_days') AS draft_days
    FROM parameter
),
ahead AS (  -- the moves that the plan has for the fish that live, as far as they are planned or drafted
    SELECT DISTINCT
        p.batch_id, p.lifecycle_stage_id AS stage, p.start_date, CASE
            WHEN p.start_date < run.as_of + h.planned_days AND p.lifecycle_stage_id = b.lifecycle_stage_id + 1
                THEN 'PLANNED'
            ELSE 'DRAFT'
        END AS status
    FROM planned_stay p
    CROSS JOIN run
    CROSS JOIN horizon h
    JOIN batch b ON b.id = p.batch_id
    WHERE p.start_date >= run.as_of AND p.lifecycle_stage_id > b.lifecycle_stage_id
        AND p.start_date < run.as_of + h.draft_days
        AND EXISTS (SELECT 1 FROM container_assignment a
            WHERE a.batch_id = b.id AND a.is_active AND a.population_count > 0)
),
ring AS (  -- a harvest that is planned of one ring, and the ring's own stay
    SELECT
        s.batch_number, s.container, s.first_day, s.departure_date, b.harvest_decision_date AS decided, run.as_of,
        a.planned_departure_date AS planned_end, count(p.id) AS plans, min(p.due_date) AS due,
        min(p.status::VARCHAR) AS status, min(p.completed_at::DATE) AS done
    FROM stay s
    CROSS JOIN run
    JOIN batch b ON b.id = s.batch_id
    JOIN container_assignment a ON a.id = s.assignment_id
    LEFT JOIN planned_activity p
        ON p.batch_id = s.batch_id AND p.container_id = s.container_id AND p.activity_type = 'HARVEST'
    WHERE s.stage = (SELECT max(id) FROM lifecycle_stage)
        AND EXISTS (SELECT 1 FROM planned_activity o WHERE o.batch_id = s.batch_id AND o.activity_type = 'HARVEST')
    GROUP BY s.assignment_id, s.batch_number, s.container, s.first_day, s.departure_date, b.harvest_decision_date, run.as_of,
        a.planned_departure_date
),
spoken AS (  -- an activity and the move that was made from it
    SELECT
        b.batch_number, p.due_date, p.notes, p.status::VARCHAR AS status, w.status::VARCHAR AS move,
        coalesce(p.id = w.planned_activity_id, false) AS each_other,
        CASE b.status WHEN 'TERMINATED' THEN 'CANCELLED' ELSE 'PENDING' END AS without_move
    FROM planned_activity p
    LEFT JOIN transfer_workflow w ON w.id = p.transfer_workflow_id
    LEFT JOIN batch b ON b.id = p.batch_id
    WHERE p.activity_type = 'TRANSFER'
)
SELECT batch_number, NULL::VARCHAR AS container, date, f.what AS what, 'to hold' AS expected, f.found AS found
FROM figure WHERE f.holds IS NOT TRUE
UNION ALL
SELECT s.batch_number, s.container, s.departure_date, 'active = no departure date', 'one or the other',
       format('active {}, departure {}', a.is_active, a.departure_date)
FROM container_assignment a JOIN stay s ON s.assignment_id = a.id
WHERE a.is_active IS DISTINCT FROM (a.departure_date IS NULL)
UNION ALL
SELECT b.batch_number, n.name, r.assignment_date, 'what is reserved is an empty tray that a delivery is planned into',
    'stage 1, 0 fish, one delivery', format('stage {}, {} fish, {} kg, {} deliveries', r.lifecycle_stage_id,
        r.initial_count + r.population_count, r.biomass_kg, r.deliveries)
FROM reserved r
LEFT JOIN batch b ON b.id = r.batch_id
LEFT JOIN container n ON n.id = r.container_id
WHERE r.lifecycle_stage_id <> 1 OR r.initial_count + r.population_count <> 0 OR r.biomass_kg <> 0 OR r.deliveries <> 1
UNION ALL
SELECT batch_number, container, date, 'a delivery is done when its tray is filled, and then told of',
    CASE WHEN filled THEN 'COMPLETED, 6 facts' ELSE 'PENDING, 0 facts' END, format('{}, {} facts', status, known)
FROM delivery
WHERE (CASE WHEN filled THEN done AND known = 6 ELSE status = 'PENDING' AND known = 0 END) IS NOT TRUE
UNION ALL
SELECT s.batch_number, s.container, s.departure_date, 'departure from the last stage by harvest alone',
    'a harvest', format('departure {} with {} fish', s.departure_date, d.population)
FROM stay s
JOIN daily_truth d ON d.assignment_id = s.assignment_id AND d.date = s.departure_date - 1 AND d.population > 0
WHERE s.stage = (SELECT max(id) FROM lifecycle_stage)
    AND NOT EXISTS (SELECT 1 FROM harvest_event e WHERE e.assignment_id = s.assignment_id)
UNION ALL
SELECT batch_number, container, date, f.what, f.expected, f.found FROM treated WHERE f.holds IS NOT TRUE
UNION ALL
SELECT b.batch_number, c.name, j.entry_date::DATE, 'an entry is closed, with a word on how, or open',
    CASE WHEN b.status IN ('COMPLETED', 'TERMINATED') THEN 'closed' ELSE 'either' END,
    format('{}: closed {}: {}', j.category, j.resolution_status, j.resolution_notes)
FROM journal_entry j
LEFT JOIN batch b ON b.id = j.batch_id
LEFT JOIN container c ON c.id = j.container_id
WHERE (CASE
    WHEN NOT j.resolution_status THEN j.resolution_notes = '' AND b.status IN ('ACTIVE', 'RECEIVING')
    ELSE (j.resolution_notes = '') = (j.category IN ('action', 'vaccination')) END) IS NOT TRUE
UNION ALL
SELECT batch_number, NULL, date, what, 'to hold', found FROM moving
UNION ALL
SELECT b.batch_number, NULL, coalesce(a.start_date, w.planned_start_date), 'the next moves are planned, later ones drafted',
    format('{} on {}', a.status, a.start_date), format('{} on {}', w.status, w.planned_start_date)
FROM ahead a
FULL JOIN (FROM transfer_workflow WHERE status IN ('PLANNED', 'DRAFT')) w
    ON w.batch_id = a.batch_id AND w.dest_lifecycle_stage_id = a.stage
LEFT JOIN batch b ON b.id = coalesce(a.batch_id, w.batch_id)
WHERE a.status IS DISTINCT FROM w.status::VARCHAR OR a.start_date IS DISTINCT FROM w.planned_start_date
UNION ALL
SELECT batch_number, NULL, due_date, 'a transfer that is planned is as far as its move, and each names the other',
    coalesce(move, 'no move'), format('{}: {}, {}', notes, status, each_other)
FROM spoken
WHERE (CASE
    WHEN move IS NULL THEN status = without_move AND NOT each_other
    ELSE each_other AND move <> 'CANCELLED'
        AND status = CASE move WHEN 'COMPLETED' THEN 'COMPLETED' ELSE 'IN_PROGRESS' END
END) IS NOT TRUE
UNION ALL
SELECT batch_number, container, due, 'each ring''s harvest is planned once it is decided, and done as planned',
    format('decided {}, emptied {}', decided, departure_date - 1),
    format('{} plans, due {}: {} {}', plans, due, status, done)
FROM ring
WHERE (CASE
    WHEN decided IS NULL THEN plans = 0
    ELSE plans = 1 AND due BETWEEN decided AND planned_end - 1 AND CASE
        WHEN departure_date IS NULL THEN status = 'PENDING' AND due >= as_of AND done IS NULL
        ELSE status = 'COMPLETED' AND due = departure_date - 1 AND done = due
    END
END) IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, w.planned_start_date, w.workflow_number || ': the activity of a move names it',
    w.id::VARCHAR, p.transfer_workflow_id::VARCHAR
FROM transfer_workflow w
LEFT JOIN planned_activity p ON p.id = w.planned_activity_id
LEFT JOIN batch b ON b.id = w.batch_id
WHERE w.planned_activity_id IS NOT NULL AND p.transfer_workflow_id IS DISTINCT FROM w.id
UNION ALL
-- what came of an action is known when it is done, and why it was not when it failed or was skipped
SELECT s.batch_number, s.container, a.planned_date, 'an action tells what was done, or why it was not',
    a.status::VARCHAR, format('{} on {}, {} g, {} degC, {} %, {} min: {}', a.dest_assignment_id, a.actual_execution_date,
        a.measured_avg_weight_g::VARCHAR, a.water_temp_c::VARCHAR, a.oxygen_level::VARCHAR,
        a.execution_duration_minutes, a.notes)
FROM transfer_action a LEFT JOIN stay s ON s.assignment_id = a.source_assignment_id
WHERE (a.status = 'COMPLETED') IS DISTINCT FROM (a.dest_assignment_id IS NOT NULL)
    OR (a.status = 'COMPLETED') IS DISTINCT FROM (a.actual_execution_date IS NOT NULL)
    OR (a.status = 'COMPLETED') IS DISTINCT FROM (a.measured_avg_weight_g IS NOT NULL)
    OR (a.status = 'COMPLETED') IS DISTINCT FROM (a.water_temp_c IS NOT NULL)
    OR (a.status = 'COMPLETED') IS DISTINCT FROM (a.oxygen_level IS NOT NULL)
    OR (a.status = 'COMPLETED') IS DISTINCT FROM (a.execution_duration_minutes IS NOT NULL)
    OR (a.notes <> '') IS DISTINCT FROM (a.status IN ('FAILED', 'SKIPPED'))
ORDER BY ALL
