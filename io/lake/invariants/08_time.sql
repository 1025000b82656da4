-- Every event lies in its assignment's stay; nothing on or after the as-of date; nothing for a harvested batch.
-- Days are half-open: the day of departure belongs to the container arrived in. What follows from a day comes after it:
-- lice are counted about every week, a treatment follows a count above the limit, and the journal tells of it that day.
WITH own_day AS (  -- what names a container but no stay, or another row, and the days on which that was so
    SELECT 'journal_entry' AS what, batch_id, container_id, entry_date::DATE AS date FROM journal_entry
    WHERE container_id IS NOT NULL
    UNION ALL SELECT 'health_event', batch_id, container_id, start_date FROM health_event
    UNION ALL SELECT 'planned_activity', batch_id, container_id, due_date FROM planned_activity
    WHERE container_id IS NOT NULL
),
placed AS (  -- an activity may be due in a container that the fish are yet to enter, or were to be in
    SELECT d.*, s.assignment_id IS NOT NULL OR p.container_id IS NOT NULL AS there
    FROM own_day d
    LEFT JOIN stay s
        ON d.what <> 'planned_activity' AND s.batch_id = d.batch_id AND s.container_id = d.container_id
        AND d.date >= s.first_day AND d.date < s.end_day
    LEFT JOIN planned_stay p
        ON d.what = 'planned_activity' AND p.batch_id = d.batch_id AND p.container_id = d.container_id
        AND d.date BETWEEN p.start_date AND p.end_date
),
lice_rule AS (
    SELECT
        max(value::INTEGER) FILTER (name = 'treatment_lead_days') AS lead,
        max(value::INTEGER) FILTER (name = 'least_rings_treated') AS rings_a_day,
        max(value::INTEGER) FILTER (name = 'treatment_interval_days') AS apart,
        max(value::INTEGER) FILTER (name = 'harvest_rings_a_day') AS emptied_a_day,
        (SELECT max(withholding_days) FROM treatment_rule) AS longest
    FROM parameter
),
sea AS (  -- rings of a batch, and until when a treatment may go on: people rest on two days of seven, and on holidays
    SELECT
        s.batch_id, (2 * ((count(*) - 1) // any_value(r.rings_a_day)) + 6)::INTEGER AS treated_later,
        max(a.planned_departure_date) - (2 * ((count(*) - 1) // any_value(r.emptied_a_day)) + 6)::INTEGER AS emptied_from
    FROM stay s JOIN container_assignment a ON a.id = s.assignment_id CROSS JOIN lice_rule r
    WHERE s.stage = (SELECT max(id) FROM lifecycle_stage) GROUP BY ALL
),
delousing AS (
    SELECT batch_id, batch_assignment_id AS assignment_id, treatment_date::DATE AS date FROM treatment
    WHERE method <> 'VACCINE'
)
SELECT
    s.batch_number, s.container, CASE WHEN d.first_day < s.first_day THEN d.first_day ELSE d.last_day END AS date,
    format('{}.{} within the stay', d.table_name, d.column_name) AS what,
    format('{} to {}', s.first_day, s.end_day - 1) AS expected, format('{} to {}', d.first_day, d.last_day) AS found
FROM dated_row d JOIN stay s USING (assignment_id)
WHERE d.first_day < s.first_day OR d.last_day >= s.end_day
UNION ALL
SELECT batch_number, container, first_day, 'a stay lasts a day or more', format('after {}', first_day),
    end_day::VARCHAR
FROM stay WHERE end_day <= first_day
UNION ALL
SELECT b.batch_number, NULL, max(d.last_day), format('{}.{} before the as-of date', d.table_name, d.column_name),
    format('before {}', run.as_of), max(d.last_day)::VARCHAR
FROM dated_row d CROSS JOIN run LEFT JOIN batch b ON b.id = d.batch_id
GROUP BY d.table_name, d.column_name, b.batch_number, run.as_of HAVING max(d.last_day) >= run.as_of
UNION ALL
SELECT b.batch_number, NULL, max(d.last_day), format('{}.{} before the harvested batch''s end', d.table_name,
    d.column_name), format('before {}', b.actual_end_date), max(d.last_day)::VARCHAR
FROM dated_row d JOIN batch b ON b.id = d.batch_id
WHERE d.table_name <> 'health_lab_sample' OR d.column_name = 'sample_date'  -- a laboratory may answer later
GROUP BY d.table_name, d.column_name, b.batch_number, b.actual_end_date HAVING max(d.last_day) >= b.actual_end_date
UNION ALL
-- a store is filled the evening before it is first needed, which may be before the fish arrive in its hall or area
SELECT b.batch_number, NULL, min(d.first_day), format('{}.{} while the batch lives', d.table_name, d.column_name),
    format('from {}', b.start_date - 1), min(d.first_day)::VARCHAR
FROM dated_row d JOIN batch b ON b.id = d.batch_id
WHERE NOT (b.initial_count = 0 AND d.table_name IN ('projection_run', 'creation_workflow'))  -- of what is to come
GROUP BY d.table_name, d.column_name, b.batch_number, b.start_date
HAVING min(d.first_day) < b.start_date - starts_with(d.table_name, 'feed_')::INTEGER
UNION ALL
SELECT b.batch_number, c.name, p.date, p.what || ' in a container of the batch on that day', 'a stay there', 'none'
FROM placed p LEFT JOIN batch b ON b.id = p.batch_id LEFT JOIN container c ON c.id = p.container_id
WHERE NOT p.there
UNION ALL
SELECT b.batch_number, c.name, t.treatment_date::DATE, 'a treatment is told of in the journal on its day',
    format('{} {}', t.treatment_date::DATE, CASE t.method WHEN 'VACCINE' THEN 'vaccination' ELSE 'treatment' END),
    format('{} {}', j.entry_date::DATE, j.category)
FROM treatment t
LEFT JOIN journal_entry j ON j.id = t.journal_entry_id
LEFT JOIN batch b ON b.id = t.batch_id
LEFT JOIN container c ON c.id = t.container_id
WHERE (j.entry_date::DATE = t.treatment_date::DATE AND j.entry_date > t.treatment_date
       AND j.category::VARCHAR = CASE t.method WHEN 'VACCINE' THEN 'vaccination' ELSE 'treatment' END) IS NOT TRUE
UNION ALL
SELECT batch_number, container, date, 'lice are counted about every week, from the seventh day on',
    'a count 4 to 28 days after the last, or after the first day', format('{} days', days)
FROM (
    SELECT s.batch_number, s.container, t.date, t.is_count,
        t.date - coalesce(lag(t.date) OVER (PARTITION BY s.assignment_id ORDER BY t.date), s.first_day) AS days
    FROM stay s JOIN (
        SELECT assignment_id, date, TRUE AS is_count FROM lice_truth
        UNION ALL SELECT assignment_id, end_day, FALSE FROM stay  -- nor is the last long before the end
    ) t USING (assignment_id)
    WHERE s.stage = (SELECT max(id) FROM lifecycle_stage)
) WHERE days > 28 OR is_count AND days < 4  -- some a week late, after feasts
UNION ALL
-- a boat comes so many days after the count, and treats so many rings a day
SELECT s.batch_number, s.container, d.date, 'a treatment against lice follows a count above the limit',
    format('a count above it from {} to {}', d.date - r.lead - e.treated_later, d.date - r.lead),
    coalesce((SELECT format('{:.2f} on {}', arg_max(j.a_fish, j.date), max(j.date)) FROM lice_alarm j
        WHERE j.batch_id = d.batch_id AND j.date <= d.date - r.lead), 'no count')
FROM delousing d CROSS JOIN lice_rule r JOIN sea e ON e.batch_id = d.batch_id LEFT JOIN stay s USING (assignment_id)
WHERE NOT EXISTS (
    SELECT 1 FROM lice_alarm j WHERE j.batch_id = d.batch_id AND j.over
        AND j.date BETWEEN d.date - r.lead - e.treated_later AND d.date - r.lead
)
UNION ALL
SELECT NULL, NULL, NULL, format('the month''s limit on lice, {}, month {}', g.name, coalesce(p.month, l.month)),
    format('{}, treated above {}', round(p.limit_females, 4), round(p.treated_above, 4)),
    format('{}, treated above {}', l.adult_female_limit, l.treated_above)
FROM planned_lice_limit p FULL JOIN lice_limit l ON l.geography_id = p.geography_id AND l.month = p.month
LEFT JOIN geography g ON g.id = coalesce(p.geography_id, l.geography_id)
WHERE (abs(l.adult_female_limit - p.limit_females) < 0.0001 AND abs(l.treated_above - p.treated_above) < 0.0001) IS NOT TRUE
UNION ALL
-- unless fish rest from the last one, a harvest is decided or too near, or the boat has yet to come
SELECT b.batch_number, NULL, j.date, 'a count above the limit is followed by a treatment',
    format('treated from {}', j.date + r.lead), format('{:.2f} adult females a fish, none treated', j.a_fish)
FROM lice_alarm j CROSS JOIN lice_rule r CROSS JOIN run
JOIN sea e ON e.batch_id = j.batch_id
JOIN batch b ON b.id = j.batch_id
WHERE j.over AND j.date + r.lead + e.treated_later < run.as_of
    AND coalesce(j.date + r.lead + e.treated_later < b.harvest_decision_date, true)
    AND j.date + r.lead + e.treated_later + r.longest + 1 < e.emptied_from
    AND NOT EXISTS (
        SELECT 1 FROM delousing d WHERE d.batch_id = j.batch_id
            AND d.date BETWEEN j.date - r.apart + 1 AND j.date + r.lead + e.treated_later)
UNION ALL
-- what is projected, expected or planned may lie ahead; a projection from the last state does
SELECT s.batch_number, s.container, min(p.projection_date), 'projected from the as-of date on',
    format('from {}', run.as_of), min(p.projection_date)::VARCHAR
FROM live_forward_projection p CROSS JOIN run JOIN stay s USING (assignment_id)
WHERE p.projection_date < run.as_of OR p.computed_date <> run.as_of - 1
GROUP BY ALL
UNION ALL
SELECT s.batch_number, s.container, s.first_day, 'a stay that is lived in has one forecast',
    CASE WHEN a.is_active THEN 'a forecast' ELSE 'none' END, format('{} forecasts', count(f.assignment_id))
FROM container_assignment a JOIN stay s ON s.assignment_id = a.id
LEFT JOIN container_forecast_summary f ON f.assignment_id = a.id
GROUP BY ALL HAVING count(f.assignment_id) <> a.is_active::INTEGER
UNION ALL
SELECT b.batch_number, NULL, p.due_date, 'an activity is open only while its batch lives, and dated when it is done',
    'COMPLETED or CANCELLED once it is over; a date if COMPLETED',
    format('{}, {}: {}', b.status, p.status, p.completed_at)
FROM planned_activity p LEFT JOIN batch b ON b.id = p.batch_id
WHERE (b.actual_end_date IS NOT NULL AND p.status IN ('PENDING', 'IN_PROGRESS'))
    OR (p.status = 'COMPLETED') <> (p.completed_at IS NOT NULL)
UNION ALL
SELECT b.batch_number, NULL, b.actual_end_date, 'what was planned of a batch is kept',
    format('{} activities', (SELECT count(*) FROM activity_template)), format('{} activities', count(p.id))
FROM batch b LEFT JOIN planned_activity p ON p.batch_id = b.id AND p.container_id IS NULL
WHERE b.status NOT IN ('PLANNED', 'CANCELLED')
GROUP BY ALL HAVING count(p.id) <> (SELECT count(*) FROM activity_template)
UNION ALL
SELECT
    s.batch_number, s.container, a.actual_execution_date, 'moved on the day of departure and of arrival',
    format('leaves {}, arrives {}', s.departure_date, t.first_day), a.actual_execution_date::VARCHAR
FROM fish_moved a
LEFT JOIN stay s ON s.assignment_id = a.source_assignment_id
LEFT JOIN stay t ON t.assignment_id = a.dest_assignment_id
WHERE (a.actual_execution_date = s.departure_date AND a.actual_execution_date = t.first_day) IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, b.start_date, 'starts and is to end as planned',
       format('{} to {}', p.start_date, p.end_date), format('{} to {}', b.start_date, b.expected_end_date)
FROM batch b LEFT JOIN planned_batch p ON p.batch_id = b.id
WHERE (b.start_date = p.start_date AND b.expected_end_date = p.end_date) IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, b.start_date, 'starts with its first assignment', min(a.assignment_date)::VARCHAR,
    b.start_date::VARCHAR
FROM batch b LEFT JOIN container_assignment a ON a.batch_id = b.id
GROUP BY b.id, b.batch_number, b.start_date HAVING min(a.assignment_date) IS DISTINCT FROM b.start_date
UNION ALL
SELECT b.batch_number, NULL, c.start_date, 'a scenario starts with its batch', b.start_date::VARCHAR,
    c.start_date::VARCHAR
FROM scenario c LEFT JOIN batch b ON b.id = c.batch_id
WHERE c.start_date IS DISTINCT FROM b.start_date
UNION ALL
SELECT s.batch_number, s.container, a.actual_delivery_date, 'eggs delivered on the day that the stay begins',
    s.first_day::VARCHAR, a.actual_delivery_date::VARCHAR
FROM creation_action a LEFT JOIN stay s ON s.assignment_id = a.dest_assignment_id
WHERE a.actual_delivery_date IS DISTINCT FROM s.first_day
UNION ALL
SELECT s.batch_number, s.container, d.date, 'day of life', (d.date - b.start_date + 1)::VARCHAR, d.day_number::VARCHAR
FROM daily_state d JOIN batch b ON b.id = d.batch_id LEFT JOIN stay s ON s.assignment_id = d.assignment_id
WHERE d.day_number <> d.date - b.start_date + 1
ORDER BY ALL
