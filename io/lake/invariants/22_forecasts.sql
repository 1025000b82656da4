-- Every stay that is lived in is projected day by day to its scenario's end, each day grown from the one before, and its
-- forecast says what these days come to: the first at each threshold, days from the last state, attention when a
-- threshold is near and nothing is planned. A batch's own target stands beside the threshold.
-- Scenarios and forecasts follow the batch's own models: its profile and the growth of each stage.
WITH rule AS (
    SELECT
        max(value) FILTER (name = 'horizon_days') AS horizon_days,
        max(value) FILTER (name = 'harvest_threshold_g') AS harvest_g,
        max(value) FILTER (name = 'transfer_threshold_g') AS transfer_g,
        max(value) FILTER (name = 'attention_days') AS attention_days,
        max(value) FILTER (name = 'bias_window_days') AS window_days,
        max(value) FILTER (name = 'scenario_hall_stages') AS hall_stages,
        max(value) FILTER (name = 'scenario_hall_temperature_c') AS hall_c
    FROM parameter
),
last_state AS (
    SELECT
        assignment_id, max(date) AS date, arg_max(day_number, date) AS day_number,
        arg_max(avg_weight_g, date) AS weight_g, arg_max(population, date) AS fish,
        arg_max(least(weight_confidence, temp_confidence, fcr_confidence), date) AS confidence
    FROM daily_state GROUP BY ALL
),
step AS (
    SELECT
        p.*, row_number() OVER w AS nth,
        coalesce(lag(p.projected_weight_g) OVER w, s.weight_g)::DOUBLE AS before_g,
        coalesce(lag(p.projected_population) OVER w, s.fish) AS fish_before
    FROM live_forward_projection p LEFT JOIN last_state s USING (assignment_id)
    WINDOW w AS (PARTITION BY p.assignment_id ORDER BY p.projection_date)
),
grown AS (
    SELECT *, power(cbrt(before_g) + tgc_value_used / 1000 * greatest(temperature_used_c, 0), 3) AS due_g FROM step
),
model AS (  -- of each stage of a batch
    SELECT m.batch_id, l.id AS stage, m.profile_id, s.tgc_value
    FROM tgc_model m JOIN tgc_model_stage s ON s.tgc_model_id = m.id
    LEFT JOIN lifecycle_stage l ON l.name = s.lifecycle_stage
),
expected AS (  -- each day of a scenario beside its models
    SELECT
        r.batch_id, p.projection_date AS date, p.day_number, p.current_stage_id AS stage, p.temperature,
        p.average_weight, d.temperature AS profile_c, m.tgc_value,
        coalesce(lag(p.average_weight) OVER w, c.initial_weight)::DOUBLE AS before_g
    FROM scenario_projection p
    JOIN projection_run r ON r.id = p.projection_run_id
    LEFT JOIN scenario c ON c.id = r.scenario_id
    LEFT JOIN tgc_model t ON t.id = c.tgc_model_id
    LEFT JOIN temperature_reading d ON d.profile_id = t.profile_id AND d.day_number = p.day_number
    LEFT JOIN model m ON m.batch_id = r.batch_id AND m.stage = p.current_stage_id
    WINDOW w AS (PARTITION BY p.projection_run_id ORDER BY p.day_number)
),
models_of AS (
    SELECT
        c.batch_id, c.duration_days, t.profile_id, count(d.day_number) AS days, min(d.day_number) AS first_day,
        max(d.day_number) AS last_day,
        (SELECT count(*) FROM tgc_model_stage s WHERE s.tgc_model_id = c.tgc_model_id) AS stages
    FROM scenario c LEFT JOIN tgc_model t ON t.id = c.tgc_model_id
    LEFT JOIN temperature_reading d ON d.profile_id = t.profile_id
    GROUP BY ALL
),
reached AS (
    SELECT
        f.assignment_id, min(p.projection_date) FILTER (p.projected_weight_g >= f.harvest_threshold_g) AS harvest,
        min(p.projection_date) FILTER (p.projected_weight_g >= f.transfer_threshold_g) AS transfer,
        min(p.projection_date) FILTER (p.projected_weight_g >= f.harvest_target_g) AS target,
        min(p.projected_weight_g) FILTER (p.projected_weight_g >= f.harvest_threshold_g) AS harvest_g,
        min(p.projected_weight_g) FILTER (p.projected_weight_g >= f.transfer_threshold_g) AS transfer_g,
        count(p.assignment_id) AS days
    FROM container_forecast_summary f LEFT JOIN live_forward_projection p USING (assignment_id)
    GROUP BY ALL
),
planned AS (
    SELECT
        batch_id, bool_or(activity_type::VARCHAR = 'HARVEST') AS harvest,
        bool_or(activity_type::VARCHAR = 'TRANSFER') AS transfer
    FROM planned_activity WHERE status IN ('PENDING', 'IN_PROGRESS') GROUP BY ALL
),
original AS (
    SELECT b.id AS batch_id, min(p.projection_date) AS date
    FROM batch b JOIN scenario_projection p ON p.projection_run_id = b.pinned_projection_run_id CROSS JOIN rule
    WHERE p.average_weight >= rule.harvest_g GROUP BY ALL
),
forecast AS (
    SELECT
        f.*, s.batch_number, s.container, l.date AS last_date, l.day_number, l.weight_g, l.fish, l.confidence,
        r.harvest, r.transfer, r.target, r.harvest_g, r.transfer_g, r.days, o.date AS original,
        coalesce(p.harvest, false) AS harvest_open, coalesce(p.transfer, false) AS transfer_open,
        greatest(least(c.duration_days - l.day_number, rule.horizon_days), 0) AS due_days, b.harvest_target_g AS own_g,
        rule.harvest_g AS rule_harvest_g, rule.transfer_g AS rule_transfer_g, rule.attention_days,
        least(rule.window_days, l.date - s.first_day + 1) AS window_days
    FROM container_forecast_summary f CROSS JOIN rule
    LEFT JOIN stay s USING (assignment_id)
    LEFT JOIN last_state l USING (assignment_id)
    LEFT JOIN reached r USING (assignment_id)
    LEFT JOIN batch b ON b.id = f.batch_id
    LEFT JOIN scenario c ON c.batch_id = f.batch_id
    LEFT JOIN original o ON o.batch_id = f.batch_id
    LEFT JOIN planned p ON p.batch_id = f.batch_id
),
judged AS (
    SELECT batch_number, container, state_date, f.what, f.expected, f.found
    FROM forecast,
    unnest([
        {'what': 'a stay is projected to its scenario''s end', 'expected': format('{:.0f} days', due_days),
         'found': format('{} days', days), 'holds': days = due_days},
        {'what': 'a forecast begins with the last state', 'expected': format('{} fish of {} g on {}, confidence {}',
            fish, weight_g, last_date, confidence), 'found': format('{} fish of {} g on {}, confidence {}',
            current_population, current_weight_g, state_date, state_confidence),
         'holds': (current_population, current_weight_g, state_date, state_day_number, state_confidence, computed_date)
            = (fish, weight_g, last_date, day_number, confidence, last_date)},
        {'what': 'thresholds as the biology has them, and the batch''s own target',
         'expected': format('{} g, {} g, {} g', rule_harvest_g, rule_transfer_g, own_g),
         'found': format('{} g, {} g, {} g', harvest_threshold_g, transfer_threshold_g, harvest_target_g),
         'holds': harvest_threshold_g = rule_harvest_g AND transfer_threshold_g = rule_transfer_g
            AND harvest_target_g = own_g},
        {'what': 'the harvest is the first day at its threshold', 'expected': format('{}, {} g', harvest, harvest_g),
         'found': format('{}, {} g', projected_harvest_date, projected_harvest_weight_g),
         'holds': projected_harvest_date IS NOT DISTINCT FROM harvest
            AND projected_harvest_weight_g IS NOT DISTINCT FROM harvest_g
            AND days_to_harvest IS NOT DISTINCT FROM harvest - computed_date},
        {'what': 'the transfer is the first day at its threshold', 'expected': format('{}, {} g', transfer, transfer_g),
         'found': format('{}, {} g', projected_transfer_date, projected_transfer_weight_g),
         'holds': projected_transfer_date IS NOT DISTINCT FROM transfer
            AND projected_transfer_weight_g IS NOT DISTINCT FROM transfer_g
            AND days_to_transfer IS NOT DISTINCT FROM transfer - computed_date},
        {'what': 'the target is met on the first day at it', 'expected': target::VARCHAR,
         'found': target_harvest_date::VARCHAR, 'holds': target_harvest_date IS NOT DISTINCT FROM target},
        {'what': 'the original harvest is the baseline''s', 'expected': format('{}, {} days', original,
            harvest - original), 'found': format('{}, {} days', original_harvest_date, harvest_variance_days),
         'holds': original_harvest_date IS NOT DISTINCT FROM original
            AND harvest_variance_days IS NOT DISTINCT FROM harvest - original},
        {'what': 'planned is what is open, and attention is due where it is not', 'expected': format('{}, {}, {}',
            harvest_open, transfer_open, coalesce(harvest - last_date <= attention_days AND NOT harvest_open, false)
                OR coalesce(transfer - last_date <= attention_days AND NOT transfer_open, false)),
         'found': format('{}, {}, {}', has_planned_harvest, has_planned_transfer, needs_planning_attention),
         'holds': has_planned_harvest = harvest_open AND has_planned_transfer = transfer_open
            AND needs_planning_attention
                = (coalesce(harvest - last_date <= attention_days AND NOT harvest_open, false)
                   OR coalesce(transfer - last_date <= attention_days AND NOT transfer_open, false))},
        {'what': 'the bias is that of the last days known', 'expected': format('{:.0f} days', window_days),
         'found': format('{} days', temp_bias_window_days), 'holds': temp_bias_window_days = window_days}
    ]) AS t (f)
    WHERE f.holds IS NOT TRUE
)
SELECT batch_number, container, state_date AS date, what, expected, found FROM judged
UNION ALL
SELECT s.batch_number, s.container, min(p.projection_date), 'days ahead follow each other from the last state',
    format('day {} is {}', any_value(l.day_number) + 1, any_value(l.date) + 1),
    format('day {} is {}', arg_min(p.day_number, p.projection_date), min(p.projection_date))
FROM step p LEFT JOIN stay s USING (assignment_id) LEFT JOIN last_state l USING (assignment_id)
WHERE (p.projection_date = l.date + p.nth::INTEGER AND p.day_number = l.day_number + p.nth) IS NOT TRUE
GROUP BY ALL
UNION ALL
-- weights are rounded to 0.01 g; of a day's fish a whole number dies
SELECT s.batch_number, s.container, min(g.projection_date), 'each day grows from the one before',
    format('{:.2f} g of {} fish', arg_min(g.due_g, g.projection_date), arg_min(g.fish_before, g.projection_date)),
    format('{} g of {} fish', arg_min(g.projected_weight_g, g.projection_date),
        arg_min(g.projected_population, g.projection_date))
FROM grown g LEFT JOIN stay s USING (assignment_id)
WHERE (abs(g.projected_weight_g - g.due_g) <= 0.02 AND g.projected_population BETWEEN 0 AND g.fish_before) IS NOT TRUE
GROUP BY ALL
UNION ALL
SELECT b.batch_number, NULL, NULL, 'a profile has every day of its scenario, a model every stage',
    format('{} days, {} stages', m.duration_days, (SELECT count(*) FROM lifecycle_stage)),
    format('{} days from {} to {}, {} stages', m.days, m.first_day, m.last_day, m.stages)
FROM models_of m LEFT JOIN batch b ON b.id = m.batch_id
WHERE (m.days = m.duration_days AND m.first_day = 1 AND m.last_day = m.duration_days
       AND m.stages = (SELECT count(*) FROM lifecycle_stage)) IS NOT TRUE
UNION ALL
-- a scenario's halls lie halfway between the profile and what the application reads there
SELECT b.batch_number, NULL, min(e.date), 'temperatures are the profile''s: a scenario''s',
    format('{} on day {}', arg_min(e.profile_c, e.date), min(e.day_number)), arg_min(e.temperature, e.date)::VARCHAR
FROM expected e CROSS JOIN rule LEFT JOIN batch b ON b.id = e.batch_id
WHERE (abs(e.temperature - CASE WHEN e.stage <= rule.hall_stages THEN (e.profile_c + rule.hall_c) / 2
    ELSE e.profile_c END) < 0.0051) IS NOT TRUE
GROUP BY ALL
UNION ALL
SELECT s.batch_number, s.container, min(p.projection_date), 'temperatures are the profile''s: a forecast''s',
    format('{} + {}', arg_min(d.temperature, p.projection_date), arg_min(p.temp_bias_c, p.projection_date)),
    arg_min(p.temperature_used_c, p.projection_date)::VARCHAR
FROM live_forward_projection p LEFT JOIN stay s USING (assignment_id)
LEFT JOIN temperature_reading d ON d.profile_id = p.temp_profile_id AND d.day_number = p.day_number
WHERE (p.temperature_used_c = d.temperature + p.temp_bias_c) IS NOT TRUE
GROUP BY ALL
UNION ALL
SELECT b.batch_number, NULL, min(e.date), 'growth is the model''s: a scenario''s',
    format('{:.2f} g', power(cbrt(arg_min(e.before_g, e.date)) + arg_min(e.tgc_value * e.temperature, e.date) / 1000, 3)),
    format('{} g', arg_min(e.average_weight, e.date))
FROM expected e LEFT JOIN batch b ON b.id = e.batch_id
WHERE (abs(e.average_weight - power(cbrt(e.before_g) + e.tgc_value / 1000 * greatest(e.temperature, 0), 3)) <= 0.02)
    IS NOT TRUE
GROUP BY ALL
UNION ALL
SELECT s.batch_number, s.container, min(p.projection_date), 'growth is the model''s: a forecast''s',
    arg_min(e.tgc_value, p.projection_date)::VARCHAR, arg_min(p.tgc_value_used, p.projection_date)::VARCHAR
FROM live_forward_projection p LEFT JOIN stay s USING (assignment_id)
LEFT JOIN expected e ON e.batch_id = p.batch_id AND e.day_number = p.day_number
WHERE p.tgc_value_used IS DISTINCT FROM e.tgc_value
GROUP BY ALL
UNION ALL
-- the application takes its thresholds from the scenario's constraints
SELECT b.batch_number, NULL, c.start_date, 'a scenario''s constraints have the thresholds of forecasts',
    format('smolt to {} g, harvest to {} g', rule.transfer_g, rule.harvest_g),
    format('smolt to {} g, harvest to {} g', any_value(t.max_weight_g) FILTER (t.lifecycle_stage = 'smolt'),
        any_value(t.max_weight_g) FILTER (t.lifecycle_stage = 'harvest'))
FROM scenario c CROSS JOIN rule LEFT JOIN batch b ON b.id = c.batch_id
LEFT JOIN stage_constraint t ON t.constraint_set_id = c.biological_constraints_id
GROUP BY ALL
HAVING (count_if(t.lifecycle_stage = 'smolt' AND t.max_weight_g = rule.transfer_g) = 1
    AND count_if(t.lifecycle_stage = 'harvest' AND t.max_weight_g = rule.harvest_g) = 1
    AND count_if(t.min_weight_g <= c.initial_weight AND c.initial_weight <= t.max_weight_g) > 0) IS NOT TRUE
UNION ALL
SELECT s.batch_number, s.container, NULL, 'a profile is known by its name', t.name, r.temp_profile_name
FROM (
    SELECT DISTINCT assignment_id, temp_profile_id, temp_profile_name FROM live_forward_projection
    UNION SELECT assignment_id, temp_profile_id, temp_profile_name FROM container_forecast_summary
) r LEFT JOIN stay s USING (assignment_id) LEFT JOIN temperature_profile t ON t.id = r.temp_profile_id
WHERE r.temp_profile_name IS DISTINCT FROM t.name
ORDER BY ALL
