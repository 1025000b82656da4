-- One row per assignment and day, no gap, of what the farm knows and of what is; population, feed and deaths equal the
-- events' sums and are the same in both; a state says where its weight comes from and how far to trust it.
-- Feed in 0.0001 kg.
WITH entry AS (
    SELECT
        assignment_id, date, 1 AS states, population, fish_before, mortality_count AS said_dead,
        (feed_kg * 10000)::BIGINT AS said_feed, 0 AS dead, 0::BIGINT AS feed
    FROM state_day
    UNION ALL
    SELECT assignment_id, event_date, 0, 0, 0, 0, 0, count, 0 FROM mortality_event
    UNION ALL
    SELECT batch_assignment_id, feeding_date, 0, 0, 0, 0, 0, 0, (amount_kg * 10000)::BIGINT FROM feeding_event
),
day AS MATERIALIZED (
    SELECT
        assignment_id, date, sum(states)::BIGINT AS states, sum(population)::BIGINT AS population,
        (sum(fish_before) - sum(dead))::BIGINT AS due, sum(said_dead)::BIGINT AS said_dead,
        sum(said_feed)::BIGINT AS said_feed, sum(dead)::BIGINT AS dead, sum(feed)::BIGINT AS feed
    FROM entry GROUP BY ALL
),
step AS (
    SELECT d.*, s.batch_number, s.container
    FROM day d LEFT JOIN stay s USING (assignment_id)
    WHERE d.population <> d.due OR d.said_dead <> d.dead OR d.said_feed <> d.feed
),
covered AS (  -- by assignment before it has a name
    SELECT assignment_id, 'state' AS kind, sum(states)::BIGINT AS rows, count(*) AS days, min(date) AS first_row,
        max(date) AS last_row
    FROM day WHERE states > 0 GROUP BY assignment_id
    UNION ALL
    SELECT assignment_id, 'truth', sum(truths)::BIGINT, count(*), min(date), max(date)
    FROM (SELECT assignment_id, date, count(*) AS truths FROM daily_truth GROUP BY ALL) GROUP BY assignment_id
),
line AS (
    SELECT
        s.assignment_id, s.batch_number, s.container, s.first_day, s.end_day, coalesce(c.rows, 0) AS rows,
        coalesce(c.days, 0) AS days, c.first_row, c.last_row, k.kind
    FROM stay s CROSS JOIN (VALUES ('state'), ('truth')) AS k (kind)
    LEFT JOIN covered c ON c.assignment_id = s.assignment_id AND c.kind = k.kind
),
last_state AS (
    SELECT assignment_id, arg_max(avg_weight_g, date) AS weight_g FROM daily_state GROUP BY ALL
),
vaccinated AS (
    SELECT DISTINCT batch_assignment_id AS assignment_id, treatment_date::DATE AS date
    FROM treatment WHERE treatment_type = 'vaccination' AND includes_weighing
),
anchored AS (
    SELECT
        s.batch_number, s.container, d.*, g.id IS NOT NULL AS weighed,
        CASE WHEN v.assignment_id IS NOT NULL OR (g.id IS NOT NULL AND d.anchor_type = 'vaccination')
                 THEN 'vaccination'
             WHEN g.id IS NOT NULL THEN 'growth_sample'
             WHEN s.stage > 1 AND d.date = s.first_day THEN 'transfer' END AS due
    FROM state_day d
    JOIN stay s USING (assignment_id)
    LEFT JOIN growth_sample g ON g.assignment_id = d.assignment_id AND g.sample_date = d.date
    LEFT JOIN vaccinated v ON v.assignment_id = d.assignment_id AND v.date = d.date
),
judged AS (
    SELECT batch_number, container, date, f.what, f.expected, f.found
    FROM anchored,
    unnest([
        {'what': 'anchor', 'holds': anchor_type IS NOT DISTINCT FROM due, 'expected': coalesce(due, 'none'),
         'found': coalesce(anchor_type::VARCHAR, 'none')},
        {'what': 'weight measured where fish were weighed', 'holds': weighed = (weight_source = 'measured'),
         'expected': CASE WHEN weighed THEN 'measured' ELSE 'tgc_computed' END, 'found': weight_source::VARCHAR},
        {'what': 'confidence is 1 after a weighing and rises with none other', 'holds': CASE WHEN weighed
            THEN weight_confidence = 1 ELSE weight_confidence <= coalesce(confidence_before, 1) END,
         'expected': CASE WHEN weighed THEN '1' ELSE format('at most {}', confidence_before::VARCHAR) END,
         'found': weight_confidence::VARCHAR},
        {'what': 'fish, deaths and feed the same in state and truth', 'holds': agree,
         'expected': format('{} alive', true_population), 'found': format('{} alive', population)}
    ]) AS t (f)
    WHERE (anchor_type IS NOT DISTINCT FROM due AND weighed = (weight_source = 'measured') AND agree
           AND CASE WHEN weighed THEN weight_confidence = 1
                    ELSE weight_confidence <= coalesce(confidence_before, 1) END) IS NOT TRUE
      AND f.holds IS NOT TRUE
)
SELECT
    batch_number, container, first_day AS date, format('one {} a day', kind) AS what,
    format('{} from {} to {}', end_day - first_day, first_day, end_day - 1) AS expected,
    format('{} on {} days from {} to {}', rows, days, first_row, last_row) AS found
FROM line WHERE (rows = end_day - first_day AND days = rows AND first_row = first_day
    AND last_row = end_day - 1) IS NOT TRUE
UNION ALL
SELECT batch_number, container, date, 'population = the day before''s less the dead', due::BIGINT::VARCHAR,
    population::BIGINT::VARCHAR
FROM step WHERE population <> due
UNION ALL
SELECT batch_number, container, date, 'deaths = mortality events', dead::BIGINT::VARCHAR, said_dead::BIGINT::VARCHAR
FROM step WHERE said_dead <> dead
UNION ALL
SELECT batch_number, container, date, 'feed = meals', format('{:.4f}', feed / 10000),
    format('{:.4f}', said_feed / 10000)
FROM step WHERE said_feed <> feed
UNION ALL
SELECT s.batch_number, s.container, s.end_day - 1, 'assignment''s weight = the last state''s', l.weight_g::VARCHAR,
    a.avg_weight_g::VARCHAR
FROM container_assignment a
JOIN stay s ON s.assignment_id = a.id
LEFT JOIN last_state l ON l.assignment_id = a.id
WHERE l.weight_g IS DISTINCT FROM a.avg_weight_g
UNION ALL
SELECT batch_number, container, date, what, expected, found FROM judged
ORDER BY ALL
