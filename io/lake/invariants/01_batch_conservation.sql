-- For every batch, on every day, in whole fish: eggs = dead + lost in transfers + culled + harvested + alive.
-- The living are counted from the daily states, the rest from the events; a population never rises.
-- The dead of each container and week that is over, or was when the fish left, are recorded once more, by reason.
-- The eggs are those delivered less those dead on arrival, tray by tray; an order's totals are those of its deliveries,
-- and what is not delivered yet has no eggs.
WITH change AS (
    SELECT batch_id, event_date AS day, count AS fish FROM mortality_event
    UNION ALL
    SELECT batch_id, actual_execution_date, mortality_during_transfer FROM fish_moved
    UNION ALL
    -- the last day's state still holds the harvested: they leave after it
    SELECT batch_id, event_date::DATE + 1, harvested_count FROM harvest_event
),
gone AS (SELECT batch_id, day, sum(fish) AS fish FROM change GROUP BY ALL),
alive AS (SELECT batch_id, date AS day, sum(population) AS fish FROM daily_state GROUP BY ALL),
calendar AS (
    SELECT b.id AS batch_id, b.batch_number, b.initial_count AS eggs, t.day::DATE AS day
    FROM batch b
    CROSS JOIN run
    CROSS JOIN generate_series(
        b.start_date::TIMESTAMP, coalesce(b.actual_end_date, run.as_of)::TIMESTAMP - INTERVAL 1 DAY, INTERVAL 1 DAY
    ) AS t (day)
),
ledger AS (
    SELECT
        c.*, coalesce(a.fish, 0) AS alive,
        sum(coalesce(g.fish, 0)) OVER (PARTITION BY c.batch_id ORDER BY c.day) AS gone
    FROM calendar c
    LEFT JOIN gone g USING (batch_id, day)
    LEFT JOIN alive a USING (batch_id, day)
),
steps AS (
    SELECT *, lag(alive) OVER (PARTITION BY batch_id ORDER BY day) AS alive_before FROM ledger
),
total AS (
    SELECT
        b.id AS batch_id, b.batch_number, b.initial_count AS eggs,
        coalesce((SELECT sum(fish) FROM change c WHERE c.batch_id = b.id), 0) AS gone,
        coalesce((SELECT sum(population_count) FROM container_assignment a WHERE a.batch_id = b.id), 0) AS alive
    FROM batch b
),
week_dead AS (  -- found dead, not culled, by the day up to which a week of the stay goes, once it is over
    SELECT
        assignment_id, least(sunday, end_day - 1) AS date, n.id AS reason_id, count AS dead, NULL::INTEGER AS recorded
    FROM (SELECT *, event_date + (7 - isodow(event_date))::INTEGER AS sunday FROM mortality_event WHERE NOT is_cull) m
    JOIN stay s USING (assignment_id)
    CROSS JOIN run
    LEFT JOIN mortality_reason n ON n.name = m.cause::VARCHAR
    WHERE sunday < run.as_of OR s.departure_date IS NOT NULL
    UNION ALL
    SELECT
        assignment_id, DATE '1970-01-01' + (epoch_us(event_date) // 86400000000)::INTEGER,  -- cheaper than a cast
        reason_id, NULL, count
    FROM mortality_record
),
sorted AS (
    SELECT assignment_id, date, reason_id, sum(dead) AS dead, sum(recorded) AS recorded FROM week_dead GROUP BY ALL
),
delivered AS (
    SELECT
        workflow_id, count(*) AS actions, count_if(status = 'COMPLETED') AS done, sum(egg_count_planned) AS planned,
        coalesce(sum(egg_count_actual), 0) AS received, sum(mortality_on_arrival) AS dead,
        min(actual_delivery_date) AS first_day,
        CASE WHEN count_if(status = 'COMPLETED') = count(*) THEN max(actual_delivery_date) END AS last_day
    FROM creation_action GROUP BY workflow_id
),
ordered AS (
    SELECT b.batch_number, b.start_date AS date, count(w.id) OVER (PARTITION BY b.id) AS orders, w.*, d.*
    FROM batch b
    LEFT JOIN creation_workflow w ON w.batch_id = b.id
    LEFT JOIN delivered d ON d.workflow_id = w.id
),
order_figure AS (
    SELECT batch_number, date, unnest([
        {'what': 'a batch has one order of eggs', 'expected': '1', 'found': orders::VARCHAR},
        {'what': 'eggs ordered = its deliveries', 'expected': planned::VARCHAR, 'found': total_eggs_planned::VARCHAR},
        {'what': 'eggs received = its deliveries', 'expected': received::VARCHAR,
            'found': total_eggs_received::VARCHAR},
        {'what': 'eggs dead on arrival = its deliveries', 'expected': dead::VARCHAR,
            'found': total_mortality_on_arrival::VARCHAR},
        {'what': 'deliveries of the order', 'expected': actions::VARCHAR, 'found': total_actions::VARCHAR},
        {'what': 'deliveries done', 'expected': done::VARCHAR, 'found': actions_completed::VARCHAR},
        {'what': 'begun with its first delivery', 'expected': first_day::VARCHAR, 'found': actual_start_date::VARCHAR},
        {'what': 'completed with its last delivery, once all are done', 'expected': last_day::VARCHAR,
            'found': actual_completion_date::VARCHAR}
    ]) AS f
    FROM ordered
),
tray AS (
    SELECT
        s.batch_number, s.container, s.first_day AS date, s.initial_count AS placed, count(a.id) AS deliveries,
        coalesce(sum(a.egg_count_actual - a.mortality_on_arrival), 0) AS arrived, min(a.mortality_on_arrival) AS dead
    FROM stay s LEFT JOIN creation_action a ON a.dest_assignment_id = s.assignment_id
    WHERE s.stage = 1
    GROUP BY s.assignment_id, s.batch_number, s.container, s.first_day, s.initial_count
)
SELECT
    batch_number, NULL::VARCHAR AS container, day AS date, 'eggs = gone + alive' AS what,
    eggs::VARCHAR AS expected, format('{} = {} gone + {} alive', (gone + alive)::BIGINT, gone::BIGINT,
        alive::BIGINT) AS found
FROM ledger WHERE gone + alive <> eggs
UNION ALL
SELECT batch_number, NULL, day, 'population never rises', format('at most {}', alive_before::BIGINT), alive::VARCHAR
FROM steps WHERE alive > alive_before
UNION ALL
SELECT s.batch_number, s.container, t.date, 'the dead of a week, by reason',
    format('{} of {}', coalesce(t.dead, 0), n.name), coalesce(t.recorded, 0)::VARCHAR
FROM sorted t LEFT JOIN stay s USING (assignment_id) LEFT JOIN mortality_reason n ON n.id = t.reason_id
WHERE t.dead IS DISTINCT FROM t.recorded
UNION ALL
SELECT
    batch_number, NULL, NULL, 'eggs = all that is gone + what the assignments hold', eggs::VARCHAR,
    format('{} = {} gone + {} alive', (gone + alive)::BIGINT, gone::BIGINT, alive::BIGINT)
FROM total WHERE gone + alive <> eggs
UNION ALL
SELECT
    coalesce(b.batch_number, p.batch_number), NULL, NULL, 'eggs placed as planned', p.eggs_placed::VARCHAR,
    b.initial_count::VARCHAR
FROM batch b FULL JOIN planned_batch p ON p.batch_id = b.id
WHERE b.initial_count IS DISTINCT FROM p.eggs_placed
UNION ALL
SELECT o.batch_number, NULL, o.date, 'eggs ordered as planned', p.eggs::VARCHAR, o.total_eggs_planned::VARCHAR
FROM ordered o JOIN planned_batch p ON p.batch_id = o.batch_id
WHERE o.total_eggs_planned IS DISTINCT FROM p.eggs
UNION ALL
SELECT b.batch_number, NULL, b.start_date, 'eggs of the first containers', b.initial_count::VARCHAR,
    sum(a.initial_count)::VARCHAR
FROM batch b LEFT JOIN container_assignment a ON a.batch_id = b.id AND a.lifecycle_stage_id = 1
GROUP BY ALL HAVING sum(a.initial_count) IS DISTINCT FROM b.initial_count
UNION ALL
SELECT batch_number, NULL, date, f.what, f.expected, f.found
FROM order_figure WHERE f.expected IS DISTINCT FROM f.found
UNION ALL
SELECT batch_number, container, date, 'eggs placed = delivered - dead on arrival', arrived::BIGINT::VARCHAR,
    placed::VARCHAR
FROM tray WHERE arrived <> placed
UNION ALL
SELECT batch_number, container, date, 'one delivery a tray, of which none or some arrive dead', '1, 0 or more dead',
    format('{}, {} dead', deliveries, coalesce(dead::VARCHAR, 'null'))
FROM tray WHERE (deliveries = 1 AND dead >= 0) IS NOT TRUE
UNION ALL
SELECT b.batch_number, s.container, s.first_day, 'eggs are delivered into trays', '1', s.stage::VARCHAR
FROM creation_action a
LEFT JOIN stay s ON s.assignment_id = a.dest_assignment_id
LEFT JOIN batch b ON b.id = a.batch_id
WHERE s.stage <> 1
ORDER BY ALL
