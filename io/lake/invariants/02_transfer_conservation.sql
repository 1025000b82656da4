-- Per workflow: fish leaving = fish arriving + losses, against the daily states before and the assignments after;
-- per action: transferred + lost <= what was there; a workflow's totals are the sums of its actions that are done.
-- What is to be moved is what lives: every fish of a source once, at the weight of its last state.
WITH moved AS (
    SELECT
        t.*, transferred_count + mortality_during_transfer AS taken,
        sum(transferred_count + mortality_during_transfer) OVER (
            PARTITION BY source_assignment_id ORDER BY actual_execution_date, action_number
        ) AS taken_so_far
    FROM fish_moved t
),
summed AS (
    SELECT
        workflow_id, count_if(status <> 'FAILED') AS planned, count_if(status = 'COMPLETED') AS done,
        count_if(status = 'SKIPPED') AS skipped,
        coalesce(sum(transferred_count) FILTER (status = 'COMPLETED'), 0) AS arrived,
        coalesce(sum(mortality_during_transfer) FILTER (status = 'COMPLETED'), 0) AS lost,
        coalesce(sum(transferred_biomass_kg) FILTER (status = 'COMPLETED'), 0) AS biomass_kg,
        sum(transferred_count + mortality_during_transfer) FILTER (status <> 'FAILED') AS to_be_moved,
        sum(transferred_biomass_kg) FILTER (status <> 'FAILED') AS biomass_to_be_moved_kg,
        min(actual_execution_date) AS first_day, max(actual_execution_date) AS last_day
    FROM transfer_action GROUP BY workflow_id
),
last_state AS (  -- how many fish each stay held when it ended
    SELECT s.assignment_id, arg_max(d.population, d.date) AS population
    FROM stay s JOIN daily_state d ON d.assignment_id = s.assignment_id AND d.date < s.end_day
    GROUP BY s.assignment_id
),
leaving AS (  -- the living of the stage left, the evening before; of the batch where the stage is yet to come
    SELECT w.id, sum(d.population) FILTER (d.lifecycle_stage_id = w.source_lifecycle_stage_id) AS fish,
        sum(d.population) AS living, sum(d.biomass_kg) AS biomass_kg
    FROM transfer_workflow w
    CROSS JOIN run
    LEFT JOIN daily_state d
        ON d.batch_id = w.batch_id AND d.date = least(coalesce(w.actual_start_date, w.planned_start_date), run.as_of) - 1
    GROUP BY w.id
),
workflow AS (
    SELECT w.*, b.batch_number, s.* EXCLUDE (workflow_id), l.fish AS leaving, l.living, l.biomass_kg AS living_kg
    FROM transfer_workflow w
    LEFT JOIN batch b ON b.id = w.batch_id
    LEFT JOIN summed s ON s.workflow_id = w.id
    LEFT JOIN leaving l ON l.id = w.id
),
figure AS (
    SELECT batch_number, planned_start_date AS date, workflow_number, unnest([
        {'what': 'fish before the move = alive the evening before',
            'expected': CASE status WHEN 'DRAFT' THEN 0 ELSE leaving END::VARCHAR,
            'found': total_source_count::VARCHAR},
        {'what': 'fish before the move = arrived + lost', 'expected':
            CASE status WHEN 'COMPLETED' THEN total_source_count ELSE total_transferred_count + total_mortality_count
            END::VARCHAR, 'found': (total_transferred_count + total_mortality_count)::VARCHAR},
        {'what': 'total arrived = its actions', 'expected': coalesce(arrived, 0)::VARCHAR,
            'found': total_transferred_count::VARCHAR},
        {'what': 'total lost = its actions', 'expected': coalesce(lost, 0)::VARCHAR,
            'found': total_mortality_count::VARCHAR},
        {'what': 'total biomass = its actions', 'expected': coalesce(biomass_kg, 0)::VARCHAR,
            'found': total_biomass_kg::VARCHAR},
        {'what': 'actions completed = its actions',
            'expected': coalesce(done + CASE status WHEN 'CANCELLED' THEN 0 ELSE skipped END, 0)::VARCHAR,
            'found': actions_completed::VARCHAR},
        {'what': 'actions planned = its actions', 'expected': coalesce(planned, 0)::VARCHAR,
            'found': total_actions_planned::VARCHAR},
        {'what': 'begun with its first action', 'expected': first_day::VARCHAR, 'found': actual_start_date::VARCHAR},
        {'what': 'completed with its last action',
            'expected': CASE status WHEN 'COMPLETED' THEN last_day END::VARCHAR,
            'found': actual_completion_date::VARCHAR},
        {'what': 'fish to be moved = its actions, or those that live', 'expected':
            CASE status WHEN 'COMPLETED' THEN NULL WHEN 'DRAFT' THEN living ELSE to_be_moved END::VARCHAR,
            'found': estimated_total_count::VARCHAR},
        {'what': 'biomass to be moved = its actions, or that which lives', 'expected':
            CASE status WHEN 'COMPLETED' THEN NULL WHEN 'DRAFT' THEN living_kg ELSE biomass_to_be_moved_kg END::VARCHAR,
            'found': estimated_total_biomass_kg::VARCHAR}
    ]) AS f
    FROM workflow
),
action AS (
    SELECT s.batch_number, s.container, m.actual_execution_date AS date, unnest([
        {'what': 'action takes at most what was there', 'holds': taken <= source_population_before,
         'expected': format('at most {}', source_population_before), 'found': taken::VARCHAR},
        {'what': 'there before the action = last state less earlier actions',
         'holds': source_population_before = l.population - (taken_so_far - taken),
         'expected': (l.population - (taken_so_far - taken))::VARCHAR, 'found': source_population_before::VARCHAR}
    ]) AS f
    FROM moved m
    LEFT JOIN stay s ON s.assignment_id = m.source_assignment_id
    LEFT JOIN last_state l ON l.assignment_id = m.source_assignment_id
),
to_do AS (  -- what is yet to be moved, or was to be: one after the other out of what lived the evening before
    SELECT
        s.batch_number, s.container, a.planned_date AS date, a.status, a.action_number, a.source_population_before AS there,
        a.transferred_count AS fish, a.mortality_during_transfer AS lost, a.transferred_biomass_kg AS biomass_kg,
        d.population, d.avg_weight_g,
        sum(a.transferred_count) OVER (PARTITION BY a.workflow_id, a.source_assignment_id) AS of_source,
        sum(a.transferred_count) OVER (PARTITION BY a.workflow_id, a.source_assignment_id ORDER BY a.action_number)
            - a.transferred_count AS before
    FROM transfer_action a
    CROSS JOIN run
    LEFT JOIN stay s ON s.assignment_id = a.source_assignment_id
    LEFT JOIN daily_state d
        ON d.assignment_id = a.source_assignment_id AND d.date = least(a.planned_date, run.as_of) - 1
    WHERE a.status IN ('PENDING', 'IN_PROGRESS', 'SKIPPED')
),
planned AS (
    SELECT batch_number, container, date, unnest([
        {'what': 'there before an action to come = the state less earlier actions', 'holds': there = population - before,
         'expected': (population - before)::VARCHAR, 'found': there::VARCHAR},
        {'what': 'every fish is to be moved, and none is lost yet', 'holds': of_source = population AND lost = 0
            AND (fish > 0) = (population > 0),
         'expected': format('{} moved', population), 'found': format('{} moved, {} lost', of_source, lost)},
        {'what': 'biomass to be moved is that of the state',
         'holds': abs(fish * avg_weight_g / 1000 - biomass_kg) <= fish * 0.005 / 1000 + 0.005,
         'expected': format('{} x {} g', fish, avg_weight_g::VARCHAR), 'found': format('{} kg', biomass_kg::VARCHAR)}
    ]) AS f
    FROM to_do
),
attempt AS (  -- what failed is done, or to be done, in the action after it
    SELECT s.batch_number, s.container, a.planned_date AS date, format('{} fish of {} into {}', a.transferred_count,
        a.source_population_before, a.dest_container_id) AS failed,
        format('{} fish of {} into {}', b.transferred_count + b.mortality_during_transfer, b.source_population_before,
            b.dest_container_id) AS repeated
    FROM transfer_action a
    LEFT JOIN transfer_action b
        ON b.workflow_id = a.workflow_id AND b.action_number = a.action_number + 1
        AND b.source_assignment_id = a.source_assignment_id AND b.status NOT IN ('FAILED', 'SKIPPED')
    LEFT JOIN stay s ON s.assignment_id = a.source_assignment_id
    WHERE a.status = 'FAILED'
),
emptied AS (  -- every stay that fish left for another stage
    SELECT s.batch_number, s.container, s.departure_date AS date, l.population AS expected, coalesce(sum(m.taken),
        0) AS found
    FROM stay s
    JOIN last_state l USING (assignment_id)
    LEFT JOIN moved m ON m.source_assignment_id = s.assignment_id
    WHERE s.departure_date IS NOT NULL AND s.stage < (SELECT max(id) FROM lifecycle_stage)
    GROUP BY ALL
),
filled AS (  -- every stay that fish entered from another stage
    SELECT s.batch_number, s.container, s.first_day AS date, s.initial_count AS found,
        coalesce(sum(m.transferred_count), 0) AS expected
    FROM stay s LEFT JOIN moved m ON m.dest_assignment_id = s.assignment_id
    WHERE s.stage > 1
    GROUP BY s.assignment_id, s.batch_number, s.container, s.first_day, s.initial_count
)
SELECT batch_number, NULL::VARCHAR AS container, date, workflow_number || ': ' || f.what AS what,
    f.expected AS expected, f.found AS found
FROM figure WHERE f.expected IS DISTINCT FROM f.found
UNION ALL
SELECT batch_number, container, date, f.what, f.expected, f.found FROM action WHERE f.holds IS NOT TRUE
UNION ALL
SELECT batch_number, container, date, f.what, f.expected, f.found FROM planned WHERE f.holds IS NOT TRUE
UNION ALL
SELECT batch_number, container, date, 'an attempt that failed is repeated', failed, repeated
FROM attempt WHERE failed IS DISTINCT FROM repeated
UNION ALL
SELECT batch_number, container, date, 'all fish of the container moved', expected::VARCHAR, found::VARCHAR
FROM emptied WHERE expected <> found
UNION ALL
SELECT batch_number, container, date, 'fish on the first day = fish moved in', expected::VARCHAR, found::VARCHAR
FROM filled WHERE expected <> found
ORDER BY ALL
