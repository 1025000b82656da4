-- Every reference that a table declares is filled and leads to a row, of the same batch and container where both name
-- one; no key occurs twice; a place lies in one other place; what belongs together is together.
WITH astray AS (  -- references that lead to no row, or to one of another batch or container
    SELECT r.*, k.id IS NULL AS is_lost, k.batch_id AS of_batch, k.container_id AS in_container
    FROM row_reference r LEFT JOIN row_key k ON k.target_number = r.target_number AND k.id = r.id
    WHERE k.id IS NULL OR k.batch_id <> r.batch_id OR k.container_id <> r.container_id
),
misplaced AS (  -- what lies in none or in two of the places that could hold it
    SELECT 'container ' || name AS what, count(hall_id) + count(area_id) AS places FROM container GROUP BY id, name
    UNION ALL SELECT 'feed container ' || name, count(hall_id) + count(area_id) FROM feed_container GROUP BY id, name
    UNION ALL SELECT 'site ' || site_name, count(station_id) + count(area_id) FROM site GROUP BY id, site_name
),
counted AS (  -- lice of one ring on one day: each type found once, or one row of none; all on the same fish
    SELECT
        c.assignment_id,
        DATE '1970-01-01' + (epoch_us(c.count_date) // 86400000000)::INTEGER AS date,  -- cheaper than a cast
        c.batch_id, count(*) AS rows, count_if(c.count_value > 0) AS types, sum(c.count_value) AS lice,
        max(c.fish_sampled) AS fish,
        CASE WHEN min(c.count_date) = max(c.count_date) AND min(c.fish_sampled) = max(c.fish_sampled)
            AND min(c.detection_method) = max(c.detection_method) THEN 1 ELSE 2 END AS samples,  -- 2: or more
        bool_and(c.count_value > 0 OR (t.species = 'Lepeophtheirus salmonis' AND t.gender = 'female'
            AND t.development_stage = 'adult')) AS of_females
    FROM lice_count c JOIN lice_type t ON t.id = c.lice_type_id GROUP BY ALL
),
vaccinated AS (
    SELECT batch_assignment_id AS assignment_id, count(*) AS times FROM treatment WHERE method = 'VACCINE' GROUP BY ALL
),
incomplete AS (  -- what must have rows that refer to it, and how many it has
    SELECT w.batch_id, NULL::VARCHAR AS container, NULL::DATE AS date, 'a move has its water' AS what, 1 AS expected,
        count(e.batch_transfer_workflow_id) AS found
    FROM transfer_workflow w
    LEFT JOIN stage_transition_environment e ON e.batch_transfer_workflow_id = w.id
    WHERE w.actual_start_date IS NOT NULL
    GROUP BY w.id, w.batch_id HAVING count(e.batch_transfer_workflow_id) <> 1
    UNION ALL
    SELECT f.batch_id, NULL, NULL, 'a fish is scored on every parameter', p.parameters, coalesce(c.scores, 0)
    FROM individual_fish_observation f
    CROSS JOIN (SELECT count(*) AS parameters FROM health_parameter) p
    LEFT JOIN (
        SELECT id, sum(rows) AS scores FROM row_reference
        WHERE table_name = 'fish_parameter_score' AND column_name = 'individual_fish_observation_id' GROUP BY id
    ) c ON c.id = f.id
    WHERE c.scores IS DISTINCT FROM p.parameters
    UNION ALL
    SELECT t.batch_id, NULL, t.treatment_date::DATE, 'a treatment has its truth', 1, count(r.treatment_id)
    FROM treatment t LEFT JOIN treatment_truth r ON r.treatment_id = t.id
    GROUP BY t.id, t.batch_id, t.treatment_date HAVING count(r.treatment_id) <> 1
    UNION ALL
    SELECT s.batch_id, s.container, s.first_day, 'a container is vaccinated once, in the stage for it',
        (s.stage = p.stage AND s.end_day > s.first_day + p.last)::INTEGER, coalesce(v.times, 0)
    FROM stay s
    CROSS JOIN (
        SELECT max(value) FILTER (name = 'vaccination_stage') AS stage,
            max(value::INTEGER) FILTER (name = 'vaccination_from_day') AS first,
            max(value::INTEGER) FILTER (name = 'vaccination_to_day') AS last
        FROM parameter
    ) p
    LEFT JOIN vaccinated v USING (assignment_id)
    WHERE coalesce(v.times, 0) NOT BETWEEN (s.stage = p.stage AND s.end_day > s.first_day + p.last)::INTEGER
        AND (s.stage = p.stage AND s.end_day > s.first_day + p.first)::INTEGER
    UNION ALL
    SELECT c.batch_id, s.container, c.date, 'every type of lice found has its row, on the same fish', t.lice_counted,
        CASE WHEN c.samples = 1 THEN c.lice ELSE -c.samples END
    FROM counted c JOIN lice_truth t USING (assignment_id, date) LEFT JOIN stay s USING (assignment_id)
    WHERE c.types <> t.types_found OR c.lice <> t.lice_counted OR c.fish <> t.fish_sampled OR c.samples <> 1
    UNION ALL
    SELECT c.batch_id, s.container, c.date, 'where no lice were found one row says so', 1, c.rows - c.types
    FROM counted c LEFT JOIN stay s USING (assignment_id)
    WHERE c.rows <> greatest(c.types, 1) OR NOT c.of_females
    UNION ALL
    SELECT coalesce(c.batch_id, t.batch_id), s.container, date, 'a count of lice has its truth', count(c.batch_id),
        count(t.batch_id)
    FROM counted c FULL JOIN lice_truth t USING (assignment_id, date) LEFT JOIN stay s USING (assignment_id)
    WHERE c.batch_id IS NULL OR t.batch_id IS NULL
    GROUP BY ALL
    UNION ALL
    SELECT h.batch_id, s.container, h.sample_date, 'a sample goes to the laboratory because of a disease', 1, 0
    FROM health_lab_sample h
    LEFT JOIN stay s ON s.assignment_id = h.batch_container_assignment_id
    WHERE NOT EXISTS (
        SELECT 1 FROM health_event e
        WHERE e.batch_id = h.batch_id AND e.container_id = s.container_id AND e.cause = 'DISEASE'
            AND e.start_date <= h.sample_date AND e.start_date >= s.first_day
    )
)
SELECT
    b.batch_number, NULL::VARCHAR AS container, NULL::DATE AS date,
    format('{}.{} refers to a row', r.table_name, r.column_name) AS what,
    'a row of ' || r.target AS expected, format('{} in {} rows', coalesce(r.id::VARCHAR, 'null'), r.rows) AS found
FROM astray r
LEFT JOIN batch b ON b.id = r.batch_id
WHERE r.is_lost
UNION ALL
SELECT NULL, NULL, NULL, format('{}: {} is unique', table_name, key), '1 row', format('{} in {} rows', value, rows)
FROM repeated_key
UNION ALL
SELECT b.batch_number, c.name, NULL,
    format('{}.{} leads to a row of its batch and container', r.table_name, r.column_name),
    format('batch {}, container {}', r.of_batch, coalesce(r.in_container::VARCHAR, 'any')),
    format('batch {}, container {} in {} rows', r.batch_id, coalesce(r.container_id::VARCHAR, 'any'), r.rows)
FROM astray r
LEFT JOIN batch b ON b.id = r.of_batch
LEFT JOIN container c ON c.id = r.in_container
WHERE NOT r.is_lost
UNION ALL
SELECT NULL, NULL, NULL, what || ' lies in one place', '1', places::VARCHAR FROM misplaced WHERE places <> 1
UNION ALL
SELECT b.batch_number, i.container, i.date, what, i.expected::VARCHAR, i.found::VARCHAR
FROM incomplete i LEFT JOIN batch b ON b.id = i.batch_id
ORDER BY ALL
