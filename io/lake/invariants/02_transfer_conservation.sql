-- Per workflow: fish leaving = fish arriving + losses, against the daily states before and the assignments after;
-- per action: transferred + lost <= what was there; a workflow's totals are the sums of its actions.
WITH moved AS (
    SELECT
        t.*, transferred_count + mortality_during_transfer AS taken,
        sum(transferred_count + mortality_during_transfer) OVER (
            PARTITION BY source_assignment_id ORDER BY actual_execution_date, action_number
        ) AS taken_so_far
    FROM transfer_action t
),
summed AS (
    SELECT
        workflow_id, count(*) AS actions, sum(transferred_count) AS arrived,
        sum(mortality_during_transfer) AS lost, sum(transferred_biomass_kg) AS biomass_kg,
        min(actual_execution_date) AS first_day, max(actual_execution_date) AS last_day
    FROM transfer_action GROUP BY workflow_id
),
last_state AS (  -- how many fish each stay held when it ended
    SELECT s.assignment_id, arg_max(d.population, d.date) AS population
    FROM stay s JOIN daily_state d ON d.assignment_id = s.assignment_id AND d.date < s.end_day
    GROUP BY s.assignment_id
),
leaving AS (  -- the living of the stage left, the evening before
    SELECT w.id, sum(d.population) AS fish
    FROM transfer_workflow w
    LEFT JOIN daily_state d
        ON d.batch_id = w.batch_id AND d.date = w.actual_start_date - 1
        AND d.lifecycle_stage_id = w.source_lifecycle_stage_id
    GROUP BY w.id
),
workflow AS (
    SELECT w.*, b.batch_number, s.* EXCLUDE (workflow_id), l.fish AS leaving
    FROM transfer_workflow w
    LEFT JOIN batch b ON b.id = w.batch_id
    LEFT JOIN summed s ON s.workflow_id = w.id
    LEFT JOIN leaving l ON l.id = w.id
),
figure AS (
    SELECT batch_number, actual_start_date AS date, workflow_number, unnest([
        {'what': 'fish before the move = alive the evening before', 'expected': leaving::VARCHAR,
            'found': total_source_count::VARCHAR},
        {'what': 'fish before the move = arrived + lost', 'expected': total_source_count::VARCHAR,
            'found': (total_transferred_count + total_mortality_count)::VARCHAR},
        {'what': 'total arrived = its actions', 'expected': arrived::VARCHAR,
            'found': total_transferred_count::VARCHAR},
        {'what': 'total lost = its actions', 'expected': lost::VARCHAR, 'found': total_mortality_count::VARCHAR},
        {'what': 'total biomass = its actions', 'expected': biomass_kg::VARCHAR, 'found': total_biomass_kg::VARCHAR},
        {'what': 'actions completed = its actions', 'expected': actions::VARCHAR,
            'found': actions_completed::VARCHAR},
        {'what': 'actions planned = its actions', 'expected': actions::VARCHAR,
            'found': total_actions_planned::VARCHAR},
        {'what': 'begun with its first action', 'expected': first_day::VARCHAR, 'found': actual_start_date::VARCHAR},
        {'what': 'completed with its last action', 'expected': last_day::VARCHAR,
            'found': actual_completion_date::VARCHAR}
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
SELECT batch_number, container, date, 'all fish of the container moved', expected::VARCHAR, found::VARCHAR
FROM emptied WHERE expected <> found
UNION ALL
SELECT batch_number, container, date, 'fish on the first day = fish moved in', expected::VARCHAR, found::VARCHAR
FROM filled WHERE expected <> found
ORDER BY ALL
