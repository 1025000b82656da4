-- Stages run 1 to 6 without gap or overlap; the container's kind fits the stage; the batch's current stage is that of
-- its active assignments. Every planned stay begun before the as-of date took place. While fish are being moved, some
-- containers of the one stage are left and some of the next entered before the others.
WITH stage AS (
    SELECT
        batch_id, batch_number, stage, min(first_day) AS first_day, max(end_day) AS end_day,
        max(first_day) AS last_arrival, min(end_day) AS first_departure
    FROM stay GROUP BY ALL
),
under_way AS (
    SELECT batch_id, source_lifecycle_stage_id AS left_stage, actual_start_date AS begun
    FROM transfer_workflow WHERE status = 'IN_PROGRESS'
),
ordered AS (
    SELECT
        stage.*, row_number() OVER w AS position, lag(end_day) OVER w AS before_end, lag(stage) OVER w AS before_stage,
        u.begun
    FROM stage LEFT JOIN under_way u ON u.batch_id = stage.batch_id AND u.left_stage = stage.stage - 1
    WINDOW w AS (PARTITION BY stage.batch_id ORDER BY stage)
),
kind AS (
    SELECT
        s.*, c.lifecycle_stage_id AS container_stage, coalesce(h.lifecycle_stage_id,
            c.lifecycle_stage_id) AS hall_stage,
        t.category::VARCHAR AS category, t.name AS type_name, c.hall_id, c.area_id, last.id AS last_stage,
        CASE s.stage WHEN 1 THEN 'TRAY' WHEN last.id THEN 'PEN' ELSE 'TANK' END AS wanted
    FROM stay s
    CROSS JOIN (SELECT max(id) AS id FROM lifecycle_stage) AS last
    LEFT JOIN container c ON c.id = s.container_id
    LEFT JOIN container_type t ON t.id = c.container_type_id
    LEFT JOIN hall h ON h.id = c.hall_id
),
current_stage AS (
    SELECT b.batch_number, b.lifecycle_stage_id AS said, max(u.left_stage) AS left_stage, max(s.stage) AS latest,
           min(s.stage) FILTER (s.departure_date IS NULL) AS least_active,
           max(s.stage) FILTER (s.departure_date IS NULL) AS most_active
    FROM batch b LEFT JOIN stay s ON s.batch_id = b.id LEFT JOIN under_way u ON u.batch_id = b.id
    GROUP BY b.id, b.batch_number, b.lifecycle_stage_id
),
absent AS (
    SELECT b.batch_number, c.name AS container, p.start_date, p.lifecycle_stage_id
    FROM planned_stay p
    CROSS JOIN run
    LEFT JOIN planned_batch b USING (batch_id)
    LEFT JOIN container c ON c.id = p.container_id
    LEFT JOIN container_assignment a  -- a stay, or reserved for eggs that are under way
        ON a.batch_id = p.batch_id AND a.lifecycle_stage_id = p.lifecycle_stage_id AND a.container_id = p.container_id
    WHERE p.start_date < run.as_of AND a.id IS NULL
),
move AS (
    SELECT b.batch_number, w.planned_start_date, w.workflow_number, count(a.id) AS actions,
           w.source_lifecycle_stage_id AS source_stage, w.dest_lifecycle_stage_id AS dest_stage,
           min(f.stage) AS least_from, max(f.stage) AS most_from, min(p.lifecycle_stage_id) AS least_to,
           max(p.lifecycle_stage_id) AS most_to, count(p.container_id) AS planned
    FROM transfer_workflow w
    LEFT JOIN batch b ON b.id = w.batch_id
    LEFT JOIN transfer_action a ON a.workflow_id = w.id
    LEFT JOIN stay f ON f.assignment_id = a.source_assignment_id
    LEFT JOIN planned_stay p
        ON p.batch_id = w.batch_id AND p.lifecycle_stage_id = w.dest_lifecycle_stage_id
        AND p.container_id = a.dest_container_id
    GROUP BY w.id, b.batch_number, w.planned_start_date, w.workflow_number, w.source_lifecycle_stage_id,
        w.dest_lifecycle_stage_id
),
state AS (
    SELECT s.batch_number, s.container, min(d.date) AS date, s.stage, d.lifecycle_stage_id AS found
    FROM daily_state d JOIN stay s ON s.assignment_id = d.assignment_id
    WHERE d.lifecycle_stage_id IS DISTINCT FROM s.stage
    GROUP BY s.assignment_id, s.batch_number, s.container, s.stage, d.lifecycle_stage_id
)
SELECT
    batch_number, NULL::VARCHAR AS container, first_day AS date, 'stages run 1 to 6, none left out' AS what,
    format('stage {}', position) AS expected, format('stage {}', stage) AS found
FROM ordered WHERE stage <> position
UNION ALL
SELECT batch_number, NULL, first_day, format('stage {} begins as stage {} ends', stage, before_stage),
    coalesce(begun, before_end)::VARCHAR, first_day::VARCHAR
FROM ordered WHERE first_day <> coalesce(begun, before_end)
UNION ALL
-- from the sea rings are harvested one after another
SELECT batch_number, NULL, last_arrival, format('all containers of stage {} together', stage),
       format('{} to {}', first_day, end_day), format('{} to {}', last_arrival, first_departure)
FROM stage LEFT JOIN under_way u ON u.batch_id = stage.batch_id AND u.left_stage = stage
WHERE last_arrival <> first_day
    OR (first_departure <> coalesce(u.begun, end_day) AND stage < (SELECT max(id) FROM lifecycle_stage))
UNION ALL
SELECT batch_number, container, first_day, 'the container serves the stage', format('stage {}', stage),
       format('stage {}, hall of stage {}', container_stage, hall_stage)
FROM kind WHERE (container_stage = stage AND hall_stage = stage) IS NOT TRUE
UNION ALL
SELECT batch_number, container, first_day, format('kind of container for stage {}', stage), wanted,
    format('{} ({})', category, type_name)
FROM kind WHERE category IS DISTINCT FROM wanted
UNION ALL
SELECT batch_number, container, first_day, 'in a hall before the sea, in an area at sea', NULL,
    format('hall {}, area {}', hall_id, area_id)
FROM kind
WHERE (CASE WHEN stage = last_stage THEN area_id IS NOT NULL AND hall_id IS NULL
            ELSE hall_id IS NOT NULL AND area_id IS NULL END) IS NOT TRUE
UNION ALL
SELECT batch_number, NULL, NULL, 'current stage', format('stage {}', coalesce(most_active, latest, 1)),
    format('stage {}', said)
FROM current_stage WHERE said IS DISTINCT FROM coalesce(most_active, latest, 1)     OR least_active <> coalesce(left_stage, most_active)
UNION ALL
SELECT batch_number, container, start_date, 'planned stay took place', format('stage {}', lifecycle_stage_id),
    'no assignment' FROM absent
UNION ALL
SELECT batch_number, NULL, planned_start_date, workflow_number || ': from one stage to the next',
    format('{} to {}', least_from, least_to), format('{} to {}', source_stage, dest_stage)
FROM move
WHERE (dest_stage = source_stage + 1 AND planned = actions
       AND (actions = 0 OR least_from = source_stage AND most_from = source_stage
           AND least_to = dest_stage AND most_to = dest_stage)) IS NOT TRUE
UNION ALL
SELECT batch_number, container, date, 'stage of the daily state', format('stage {}', stage),
    format('stage {}', found) FROM state
ORDER BY ALL
