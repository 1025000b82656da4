-- One row per assignment and day, no gap, of what the farm knows and of what is; population, feed and deaths equal the
-- events' sums and are the same in both; a state says where its weight comes from and how far to trust it.
-- Feed in 0.0001 kg.
-- Counts of a day are compared by sums over days, each day weighed by a number of its own that its hash gives: where any
-- day differs they do. The days of such a stay, in_doubt, are looked at one by one.
WITH state_block AS (  -- 64 days
    SELECT
        assignment_id, (date - DATE '0001-01-01') // 64 AS block, count(*) AS rows,
        bit_count(bit_or(1::UBIGINT << ((date - DATE '0001-01-01') % 64)::UBIGINT)) AS days,
        min(date) AS first_row, max(date) AS last_row, arg_max(avg_weight_g, date) AS weight_g,
        sum((hash(assignment_id, date) >> 2)::HUGEINT * mortality_count) AS dead,
        sum((hash(assignment_id, date) >> 2)::HUGEINT * (feed_kg * 10000)::BIGINT) AS feed
    FROM daily_state GROUP BY ALL
),
covered AS (  -- by assignment before it has a name
    SELECT
        assignment_id, 'state' AS kind, sum(rows) AS rows, sum(days) AS days, min(first_row) AS first_row,
        max(last_row) AS last_row, sum(dead) AS dead, sum(feed) AS feed
    FROM state_block GROUP BY assignment_id
    UNION ALL
    SELECT assignment_id, 'truth', sum(rows), sum(days), min(first_row), max(last_row), NULL, NULL
    FROM (
        SELECT
            assignment_id, (date - DATE '0001-01-01') // 64 AS block, count(*) AS rows,
            bit_count(bit_or(1::UBIGINT << ((date - DATE '0001-01-01') % 64)::UBIGINT)) AS days,
            min(date) AS first_row, max(date) AS last_row
        FROM daily_truth GROUP BY ALL
    ) GROUP BY assignment_id
),
happened AS (
    SELECT assignment_id, sum(dead) AS dead, sum(feed) AS feed
    FROM (
        SELECT assignment_id, sum((hash(assignment_id, event_date) >> 2)::HUGEINT * count) AS dead, 0::HUGEINT AS feed
        FROM mortality_event GROUP BY assignment_id
        UNION ALL
        SELECT
            batch_assignment_id, 0::HUGEINT,
            sum((hash(batch_assignment_id, feeding_date) >> 2)::HUGEINT * (amount_kg * 10000)::BIGINT)
        FROM feeding_event GROUP BY batch_assignment_id
    ) GROUP BY assignment_id
),
in_doubt AS (
    SELECT coalesce(c.assignment_id, h.assignment_id) AS assignment_id
    FROM (FROM covered WHERE kind = 'state') c FULL JOIN happened h ON h.assignment_id = c.assignment_id
    WHERE (c.rows = c.days AND c.dead = coalesce(h.dead, 0) AND c.feed = coalesce(h.feed, 0)) IS NOT TRUE
    UNION
    SELECT assignment_id FROM odd_state WHERE (population = fish_before - mortality_count) IS NOT TRUE
),
entry AS (
    SELECT
        d.assignment_id, d.date, 1 AS states, d.population,
        coalesce(lag(d.population) OVER (PARTITION BY d.assignment_id ORDER BY d.date), s.initial_count) AS fish_before,
        d.mortality_count AS said_dead, (d.feed_kg * 10000)::BIGINT AS said_feed, 0 AS dead, 0::BIGINT AS feed
    FROM daily_state d SEMI JOIN in_doubt i ON i.assignment_id = d.assignment_id
    LEFT JOIN stay s ON s.assignment_id = d.assignment_id
    UNION ALL
    SELECT assignment_id, event_date, 0, 0, 0, 0, 0, count, 0 FROM mortality_event SEMI JOIN in_doubt USING (assignment_id)
    UNION ALL
    SELECT batch_assignment_id, feeding_date, 0, 0, 0, 0, 0, 0, (amount_kg * 10000)::BIGINT
    FROM feeding_event SEMI JOIN in_doubt i ON i.assignment_id = batch_assignment_id
),
day AS (
    SELECT
        assignment_id, date, sum(population)::BIGINT AS population,
        (sum(fish_before) - sum(dead))::BIGINT AS due, sum(said_dead)::BIGINT AS said_dead,
        sum(said_feed)::BIGINT AS said_feed, sum(dead)::BIGINT AS dead, sum(feed)::BIGINT AS feed
    FROM entry GROUP BY ALL
),
step AS (
    SELECT d.*, s.batch_number, s.container
    FROM day d LEFT JOIN stay s USING (assignment_id)
    WHERE d.population <> d.due OR d.said_dead <> d.dead OR d.said_feed <> d.feed
),
line AS (
    SELECT
        s.assignment_id, s.batch_number, s.container, s.first_day, s.end_day, coalesce(c.rows, 0) AS rows,
        coalesce(c.days, 0) AS days, c.first_row, c.last_row, k.kind
    FROM stay s CROSS JOIN (VALUES ('state'), ('truth')) AS k (kind)
    LEFT JOIN covered c ON c.assignment_id = s.assignment_id AND c.kind = k.kind
),
last_state AS (SELECT assignment_id, arg_max(weight_g, last_row) AS weight_g FROM state_block GROUP BY assignment_id),
anchored AS (
    SELECT
        s.batch_number, s.container, d.*,
        CASE WHEN d.vaccinated OR (d.weighed AND d.anchor_type = 'vaccination') THEN 'vaccination'
             WHEN d.weighed THEN 'growth_sample'
             WHEN s.stage > 1 AND d.date = s.first_day THEN 'transfer' END AS due
    FROM odd_state d
    JOIN stay s USING (assignment_id)
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
