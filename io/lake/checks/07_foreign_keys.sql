-- Every reference is filled and leads to a row; the row's batch and container are those of its assignment; no key twice.
-- Readings are looked up by stay and sensor, in blocks of times.
WITH reference AS (
    -- kept small: each distinct value that a column holds, with how many rows hold it
    SELECT 'batch.geography_id' AS what, geography_id::BIGINT AS id, 'geography' AS target, count(*) AS rows
        FROM batch GROUP BY ALL
    UNION ALL SELECT 'batch.species_id', species_id, 'species', count(*) FROM batch GROUP BY ALL
    UNION ALL SELECT 'batch.lifecycle_stage_id', lifecycle_stage_id, 'lifecycle_stage', count(*)
        FROM batch GROUP BY ALL
    UNION ALL SELECT 'container_assignment.batch_id', batch_id, 'batch', count(*)
        FROM container_assignment GROUP BY ALL
    UNION ALL SELECT 'container_assignment.container_id', container_id, 'container', count(*)
        FROM container_assignment GROUP BY ALL
    UNION ALL SELECT 'container_assignment.lifecycle_stage_id', lifecycle_stage_id, 'lifecycle_stage', count(*)
        FROM container_assignment GROUP BY ALL
    UNION ALL SELECT 'transfer_workflow.batch_id', batch_id, 'batch', count(*) FROM transfer_workflow GROUP BY ALL
    UNION ALL SELECT 'transfer_workflow.source_lifecycle_stage_id', source_lifecycle_stage_id, 'lifecycle_stage',
        count(*) FROM transfer_workflow GROUP BY ALL
    UNION ALL SELECT 'transfer_workflow.dest_lifecycle_stage_id', dest_lifecycle_stage_id, 'lifecycle_stage',
        count(*) FROM transfer_workflow GROUP BY ALL
    UNION ALL SELECT 'transfer_action.batch_id', batch_id, 'batch', count(*) FROM transfer_action GROUP BY ALL
    UNION ALL SELECT 'transfer_action.workflow_id', workflow_id, 'transfer_workflow', count(*)
        FROM transfer_action GROUP BY ALL
    UNION ALL SELECT 'transfer_action.source_assignment_id', source_assignment_id, 'container_assignment',
        count(*) FROM transfer_action GROUP BY ALL
    UNION ALL SELECT 'transfer_action.dest_assignment_id', dest_assignment_id, 'container_assignment', count(*)
        FROM transfer_action GROUP BY ALL
    UNION ALL SELECT 'transfer_action.dest_container_id', dest_container_id, 'container', count(*)
        FROM transfer_action GROUP BY ALL
    UNION ALL SELECT 'environmental_reading.batch_id', batch_id, 'batch', sum(readings)
        FROM reading_block GROUP BY ALL
    UNION ALL SELECT 'environmental_reading.container_id', container_id, 'container', sum(readings)
        FROM reading_block GROUP BY ALL
    UNION ALL SELECT 'environmental_reading.batch_container_assignment_id', assignment_id, 'container_assignment',
        sum(readings) FROM reading_block GROUP BY ALL
    UNION ALL SELECT 'environmental_reading.sensor_id', sensor_id, 'sensor', sum(readings)
        FROM reading_block GROUP BY ALL
    UNION ALL SELECT 'environmental_reading.parameter_id', parameter_id, 'environmental_parameter',
        sum(readings) FROM reading_block GROUP BY ALL
    UNION ALL SELECT 'feeding_event.batch_id', batch_id, 'batch', count(*) FROM feeding_event GROUP BY ALL
    UNION ALL SELECT 'feeding_event.container_id', container_id, 'container', count(*) FROM feeding_event GROUP BY ALL
    UNION ALL SELECT 'feeding_event.batch_assignment_id', batch_assignment_id, 'container_assignment', count(*)
        FROM feeding_event GROUP BY ALL
    UNION ALL SELECT 'feeding_event.feed_id', feed_id, 'feed', count(*) FROM feeding_event GROUP BY ALL
    UNION ALL SELECT 'feeding_event.feed_container_id', feed_container_id, 'feed_container', count(*)
        FROM feeding_event GROUP BY ALL
    UNION ALL SELECT 'feed_purchase.batch_id', batch_id, 'batch', count(*) FROM feed_purchase GROUP BY ALL
    UNION ALL SELECT 'feed_purchase.feed_id', feed_id, 'feed', count(*) FROM feed_purchase GROUP BY ALL
    UNION ALL SELECT 'feed_purchase.feed_container_id', feed_container_id, 'feed_container', count(*)
        FROM feed_purchase GROUP BY ALL
    UNION ALL SELECT 'mortality_event.batch_id', batch_id, 'batch', count(*) FROM mortality_event GROUP BY ALL
    UNION ALL SELECT 'mortality_event.container_id', container_id, 'container', count(*)
        FROM mortality_event GROUP BY ALL
    UNION ALL SELECT 'mortality_event.assignment_id', assignment_id, 'container_assignment', count(*)
        FROM mortality_event GROUP BY ALL
    UNION ALL SELECT 'growth_sample.batch_id', batch_id, 'batch', count(*) FROM growth_sample GROUP BY ALL
    UNION ALL SELECT 'growth_sample.container_id', container_id, 'container', count(*) FROM growth_sample GROUP BY ALL
    UNION ALL SELECT 'growth_sample.assignment_id', assignment_id, 'container_assignment', count(*)
        FROM growth_sample GROUP BY ALL
    UNION ALL SELECT 'batch.pinned_projection_run_id', pinned_projection_run_id, 'projection_run', count(*)
        FROM batch GROUP BY ALL
    UNION ALL SELECT 'scenario.batch_id', batch_id, 'batch', count(*) FROM scenario GROUP BY ALL
    UNION ALL SELECT 'scenario.tgc_model_id', tgc_model_id, 'tgc_model', count(*) FROM scenario GROUP BY ALL
    UNION ALL SELECT 'scenario.fcr_model_id', fcr_model_id, 'fcr_model', count(*) FROM scenario GROUP BY ALL
    UNION ALL SELECT 'scenario.mortality_model_id', mortality_model_id, 'mortality_model', count(*)
        FROM scenario GROUP BY ALL
    UNION ALL SELECT 'projection_run.batch_id', batch_id, 'batch', count(*) FROM projection_run GROUP BY ALL
    UNION ALL SELECT 'projection_run.scenario_id', scenario_id, 'scenario', count(*) FROM projection_run GROUP BY ALL
    UNION ALL SELECT 'scenario_projection.batch_id', batch_id, 'batch', count(*) FROM scenario_projection GROUP BY ALL
    UNION ALL SELECT 'scenario_projection.projection_run_id', projection_run_id, 'projection_run', count(*)
        FROM scenario_projection GROUP BY ALL
    UNION ALL SELECT 'scenario_projection.current_stage_id', current_stage_id, 'lifecycle_stage', count(*)
        FROM scenario_projection GROUP BY ALL
    UNION ALL SELECT 'live_forward_projection.batch_id', batch_id, 'batch', count(*)
        FROM live_forward_projection GROUP BY ALL
    UNION ALL SELECT 'live_forward_projection.container_id', container_id, 'container', count(*)
        FROM live_forward_projection GROUP BY ALL
    UNION ALL SELECT 'live_forward_projection.assignment_id', assignment_id, 'container_assignment', count(*)
        FROM live_forward_projection GROUP BY ALL
    UNION ALL SELECT 'live_forward_projection.temp_profile_id', temp_profile_id, 'temperature_profile', count(*)
        FROM live_forward_projection GROUP BY ALL
    UNION ALL SELECT 'container_forecast_summary.batch_id', batch_id, 'batch', count(*)
        FROM container_forecast_summary GROUP BY ALL
    UNION ALL SELECT 'container_forecast_summary.assignment_id', assignment_id, 'container_assignment', count(*)
        FROM container_forecast_summary GROUP BY ALL
    UNION ALL SELECT 'container_forecast_summary.temp_profile_id', temp_profile_id, 'temperature_profile', count(*)
        FROM container_forecast_summary GROUP BY ALL
    UNION ALL SELECT 'planned_activity.batch_id', batch_id, 'batch', count(*) FROM planned_activity GROUP BY ALL
    UNION ALL SELECT 'planned_activity.template_id', template_id, 'activity_template', count(*)
        FROM planned_activity GROUP BY ALL
    UNION ALL SELECT 'planned_activity.scenario_id', scenario_id, 'scenario', count(*)
        FROM planned_activity GROUP BY ALL
    UNION ALL SELECT 'planned_activity.container_id', container_id, 'container', count(*)
        FROM planned_activity WHERE container_id IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'planned_activity.transfer_workflow_id', transfer_workflow_id, 'transfer_workflow', count(*)
        FROM planned_activity WHERE transfer_workflow_id IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'tgc_model.profile_id', profile_id, 'temperature_profile', count(*) FROM tgc_model GROUP BY ALL
    UNION ALL SELECT 'temperature_reading.profile_id', profile_id, 'temperature_profile', count(*)
        FROM temperature_reading GROUP BY ALL
    UNION ALL SELECT 'tgc_model_stage.tgc_model_id', tgc_model_id, 'tgc_model', count(*)
        FROM tgc_model_stage GROUP BY ALL
    UNION ALL SELECT 'fcr_model_stage.model_id', model_id, 'fcr_model', count(*) FROM fcr_model_stage GROUP BY ALL
    UNION ALL SELECT 'fcr_model_stage.stage_id', stage_id, 'lifecycle_stage', count(*) FROM fcr_model_stage GROUP BY ALL
    UNION ALL SELECT 'activity_template.target_lifecycle_stage_id', target_lifecycle_stage_id, 'lifecycle_stage',
        count(*) FROM activity_template WHERE target_lifecycle_stage_id IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'individual_growth_observation.batch_id', batch_id, 'batch', count(*)
        FROM individual_growth_observation GROUP BY ALL
    UNION ALL SELECT 'individual_growth_observation.growth_sample_id', growth_sample_id, 'growth_sample',
        count(*) FROM individual_growth_observation GROUP BY ALL
    UNION ALL SELECT 'daily_state.batch_id', batch_id, 'batch', count(*) FROM daily_state GROUP BY ALL
    UNION ALL SELECT 'daily_state.container_id', container_id, 'container', count(*) FROM daily_state GROUP BY ALL
    UNION ALL SELECT 'daily_state.assignment_id', assignment_id, 'container_assignment', count(*)
        FROM daily_state GROUP BY ALL
    UNION ALL SELECT 'daily_state.lifecycle_stage_id', lifecycle_stage_id, 'lifecycle_stage', count(*)
        FROM daily_state GROUP BY ALL
    UNION ALL SELECT 'harvest_event.batch_id', batch_id, 'batch', count(*) FROM harvest_event GROUP BY ALL
    UNION ALL SELECT 'harvest_event.container_id', container_id, 'container', count(*) FROM harvest_event GROUP BY ALL
    UNION ALL SELECT 'harvest_event.assignment_id', assignment_id, 'container_assignment', count(*)
        FROM harvest_event GROUP BY ALL
    UNION ALL SELECT 'harvest_event.dest_geography_id', dest_geography_id, 'geography', count(*)
        FROM harvest_event GROUP BY ALL
    UNION ALL SELECT 'harvest_lot.batch_id', batch_id, 'batch', count(*) FROM harvest_lot GROUP BY ALL
    UNION ALL SELECT 'harvest_lot.event_id', event_id, 'harvest_event', count(*) FROM harvest_lot GROUP BY ALL
    UNION ALL SELECT 'harvest_lot.product_grade_id', product_grade_id, 'product_grade', count(*)
        FROM harvest_lot GROUP BY ALL
    UNION ALL SELECT 'feed_container_stock.batch_id', batch_id, 'batch', count(*)
        FROM feed_container_stock GROUP BY ALL
    UNION ALL SELECT 'feed_container_stock.feed_container_id', feed_container_id, 'feed_container', count(*)
        FROM feed_container_stock GROUP BY ALL
    UNION ALL SELECT 'feed_container_stock.feed_purchase_id', feed_purchase_id, 'feed_purchase', count(*)
        FROM feed_container_stock GROUP BY ALL
    UNION ALL SELECT 'container_feeding_summary.batch_id', batch_id, 'batch', count(*)
        FROM container_feeding_summary GROUP BY ALL
    UNION ALL SELECT 'container_feeding_summary.container_assignment_id', container_assignment_id, 'container_assignment', count(*)
        FROM container_feeding_summary GROUP BY ALL
    UNION ALL SELECT 'batch_feeding_summary.batch_id', batch_id, 'batch', count(*)
        FROM batch_feeding_summary GROUP BY ALL
    UNION ALL SELECT 'harvest_waste.batch_id', batch_id, 'batch', count(*) FROM harvest_waste GROUP BY ALL
    UNION ALL SELECT 'harvest_waste.event_id', event_id, 'harvest_event', count(*) FROM harvest_waste GROUP BY ALL
    UNION ALL SELECT 'fact_harvest.batch_id', batch_id, 'batch', count(*) FROM fact_harvest GROUP BY ALL
    UNION ALL SELECT 'fact_harvest.dim_batch_id', dim_batch_id, 'batch', count(*) FROM fact_harvest GROUP BY ALL
    UNION ALL SELECT 'fact_harvest.dim_company_id', dim_company_id, 'company', count(*) FROM fact_harvest GROUP BY ALL
    UNION ALL SELECT 'fact_harvest.dim_site_id', dim_site_id, 'site', count(*) FROM fact_harvest GROUP BY ALL
    UNION ALL SELECT 'fact_harvest.event_id', event_id, 'harvest_event', count(*) FROM fact_harvest GROUP BY ALL
    UNION ALL SELECT 'fact_harvest.lot_id', lot_id, 'harvest_lot', count(*) FROM fact_harvest GROUP BY ALL
    UNION ALL SELECT 'fact_harvest.product_grade_id', product_grade_id, 'product_grade', count(*)
        FROM fact_harvest GROUP BY ALL
    UNION ALL SELECT 'intercompany_transaction.batch_id', batch_id, 'batch', count(*)
        FROM intercompany_transaction GROUP BY ALL
    UNION ALL SELECT 'intercompany_transaction.policy_id', policy_id, 'intercompany_policy', count(*)
        FROM intercompany_transaction GROUP BY ALL
    UNION ALL SELECT 'intercompany_transaction.transfer_workflow_id', transfer_workflow_id, 'transfer_workflow', count(*)
        FROM intercompany_transaction WHERE transfer_workflow_id IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'intercompany_transaction.event_id', event_id, 'harvest_event', count(*)
        FROM intercompany_transaction WHERE event_id IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'transfer_workflow.finance_transaction_id', finance_transaction_id, 'intercompany_transaction', count(*)
        FROM transfer_workflow WHERE finance_transaction_id IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'creation_workflow.batch_id', batch_id, 'batch', count(*) FROM creation_workflow GROUP BY ALL
    UNION ALL SELECT 'creation_workflow.external_supplier_id', external_supplier_id, 'egg_supplier', count(*)
        FROM creation_workflow GROUP BY ALL
    UNION ALL SELECT 'creation_action.batch_id', batch_id, 'batch', count(*) FROM creation_action GROUP BY ALL
    UNION ALL SELECT 'creation_action.workflow_id', workflow_id, 'creation_workflow', count(*)
        FROM creation_action GROUP BY ALL
    UNION ALL SELECT 'creation_action.dest_assignment_id', dest_assignment_id, 'container_assignment', count(*)
        FROM creation_action GROUP BY ALL
    UNION ALL SELECT 'stage_transition_environment.batch_id', batch_id, 'batch', count(*)
        FROM stage_transition_environment GROUP BY ALL
    UNION ALL SELECT 'stage_transition_environment.batch_transfer_workflow_id', batch_transfer_workflow_id,
        'transfer_workflow', count(*) FROM stage_transition_environment GROUP BY ALL
    UNION ALL SELECT 'health_sampling_event.batch_id', batch_id, 'batch', count(*)
        FROM health_sampling_event GROUP BY ALL
    UNION ALL SELECT 'health_sampling_event.assignment_id', assignment_id, 'container_assignment', count(*)
        FROM health_sampling_event GROUP BY ALL
    UNION ALL SELECT 'individual_fish_observation.batch_id', batch_id, 'batch', count(*)
        FROM individual_fish_observation GROUP BY ALL
    UNION ALL SELECT 'individual_fish_observation.sampling_event_id', sampling_event_id, 'health_sampling_event',
        count(*) FROM individual_fish_observation GROUP BY ALL
    UNION ALL SELECT 'fish_parameter_score.batch_id', batch_id, 'batch', count(*)
        FROM fish_parameter_score GROUP BY ALL
    UNION ALL SELECT 'fish_parameter_score.individual_fish_observation_id', individual_fish_observation_id,
        'individual_fish_observation', count(*) FROM fish_parameter_score GROUP BY ALL
    UNION ALL SELECT 'fish_parameter_score.parameter_id', parameter_id, 'health_parameter', count(*)
        FROM fish_parameter_score GROUP BY ALL
    UNION ALL SELECT 'station.geography_id', geography_id, 'geography', count(*) FROM station GROUP BY ALL
    UNION ALL SELECT 'hall.station_id', station_id, 'station', count(*) FROM hall GROUP BY ALL
    UNION ALL SELECT 'hall.lifecycle_stage_id', lifecycle_stage_id, 'lifecycle_stage', count(*) FROM hall GROUP BY ALL
    UNION ALL SELECT 'area.geography_id', geography_id, 'geography', count(*) FROM area GROUP BY ALL
    UNION ALL SELECT 'container.container_type_id', container_type_id, 'container_type', count(*)
        FROM container GROUP BY ALL
    UNION ALL SELECT 'container.geography_id', geography_id, 'geography', count(*) FROM container GROUP BY ALL
    UNION ALL SELECT 'container.lifecycle_stage_id', lifecycle_stage_id, 'lifecycle_stage', count(*)
        FROM container GROUP BY ALL
    UNION ALL SELECT 'container.hall_id', hall_id, 'hall', count(*)
        FROM container WHERE area_id IS NULL OR hall_id IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'container.area_id', area_id, 'area', count(*)
        FROM container WHERE hall_id IS NULL OR area_id IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'sensor.container_id', container_id, 'container', count(*) FROM sensor GROUP BY ALL
    UNION ALL SELECT 'sensor.parameter_id', parameter_id, 'environmental_parameter', count(*) FROM sensor GROUP BY ALL
    UNION ALL SELECT 'feed_container.hall_id', hall_id, 'hall', count(*)
        FROM feed_container WHERE area_id IS NULL OR hall_id IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'feed_container.area_id', area_id, 'area', count(*)
        FROM feed_container WHERE hall_id IS NULL OR area_id IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'lifecycle_stage.species_id', species_id, 'species', count(*) FROM lifecycle_stage GROUP BY ALL
),
key AS (
    SELECT 'geography' AS target, id::BIGINT AS id FROM geography
    UNION ALL SELECT 'station', id FROM station
    UNION ALL SELECT 'hall', id FROM hall
    UNION ALL SELECT 'area', id FROM area
    UNION ALL SELECT 'container_type', id FROM container_type
    UNION ALL SELECT 'container', id FROM container
    UNION ALL SELECT 'sensor', id FROM sensor
    UNION ALL SELECT 'feed_container', id FROM feed_container
    UNION ALL SELECT 'feed', id FROM feed
    UNION ALL SELECT 'species', id FROM species
    UNION ALL SELECT 'lifecycle_stage', id FROM lifecycle_stage
    UNION ALL SELECT 'environmental_parameter', id FROM environmental_parameter
    UNION ALL SELECT 'product_grade', id FROM product_grade
    UNION ALL SELECT 'batch', id FROM batch
    UNION ALL SELECT 'container_assignment', id FROM container_assignment
    UNION ALL SELECT 'transfer_workflow', id FROM transfer_workflow
    UNION ALL SELECT 'transfer_action', id FROM transfer_action
    UNION ALL SELECT 'feed_purchase', id FROM feed_purchase
    UNION ALL SELECT 'temperature_profile', id FROM temperature_profile
    UNION ALL SELECT 'tgc_model', id FROM tgc_model
    UNION ALL SELECT 'fcr_model', id FROM fcr_model
    UNION ALL SELECT 'mortality_model', id FROM mortality_model
    UNION ALL SELECT 'activity_template', id FROM activity_template
    UNION ALL SELECT 'scenario', id FROM scenario
    UNION ALL SELECT 'projection_run', id FROM projection_run
    UNION ALL SELECT 'planned_activity', id FROM planned_activity
    UNION ALL SELECT 'growth_sample', id FROM growth_sample
    UNION ALL SELECT 'harvest_event', id FROM harvest_event
    UNION ALL SELECT 'harvest_lot', id FROM harvest_lot
    UNION ALL SELECT 'fact_harvest', id FROM fact_harvest
    UNION ALL SELECT 'intercompany_transaction', id FROM intercompany_transaction
    UNION ALL SELECT 'company', id FROM company
    UNION ALL SELECT 'site', id FROM site
    UNION ALL SELECT 'intercompany_policy', id FROM intercompany_policy
    UNION ALL SELECT 'egg_supplier', id FROM egg_supplier
    UNION ALL SELECT 'creation_workflow', id FROM creation_workflow
    UNION ALL SELECT 'creation_action', id FROM creation_action
    UNION ALL SELECT 'health_parameter', id FROM health_parameter
    UNION ALL SELECT 'health_sampling_event', id FROM health_sampling_event
    UNION ALL SELECT 'individual_fish_observation', id FROM individual_fish_observation
),
twice AS (
    SELECT target || '.id' AS what, id::VARCHAR AS value, count(*) AS rows FROM key GROUP BY ALL HAVING count(*) > 1
    UNION ALL
    SELECT 'feeding_event by stay and time', format('{} {} {}', batch_assignment_id, feeding_date, feeding_time),
        count(*)
    FROM feeding_event GROUP BY batch_assignment_id, feeding_date, feeding_time HAVING count(*) > 1
    UNION ALL
    SELECT 'mortality_event by stay, day and kind', format('{} {} {}', assignment_id, event_date, is_cull), count(*)
    FROM mortality_event GROUP BY assignment_id, event_date, is_cull HAVING count(*) > 1
    UNION ALL
    SELECT 'scenario_projection by computation and day', format('{} {}', projection_run_id, day_number), count(*)
    FROM scenario_projection GROUP BY projection_run_id, day_number HAVING count(*) > 1
    UNION ALL
    SELECT 'live_forward_projection by stay and day', format('{} {}', assignment_id, projection_date), count(*)
    FROM live_forward_projection GROUP BY assignment_id, projection_date HAVING count(*) > 1
    UNION ALL
    SELECT 'container_forecast_summary by stay', assignment_id::VARCHAR, count(*)
    FROM container_forecast_summary GROUP BY assignment_id HAVING count(*) > 1
    UNION ALL
    SELECT 'harvest_lot by harvest, grade and size', format('{} {} {}', event_id, product_grade_id, size_class), count(*)
    FROM harvest_lot GROUP BY event_id, product_grade_id, size_class HAVING count(*) > 1
    UNION ALL
    SELECT 'harvest_waste by harvest and kind', format('{} {}', event_id, category), count(*)
    FROM harvest_waste GROUP BY event_id, category HAVING count(*) > 1
    UNION ALL
    SELECT 'fact_harvest by lot', lot_id::VARCHAR, count(*) FROM fact_harvest GROUP BY lot_id HAVING count(*) > 1
    UNION ALL
    SELECT 'intercompany_transaction by source and policy', format('{} {} {}', event_id, transfer_workflow_id, policy_id),
        count(*)
    FROM intercompany_transaction GROUP BY event_id, transfer_workflow_id, policy_id HAVING count(*) > 1
    UNION ALL
    SELECT 'feed_container_stock by lot', feed_purchase_id::VARCHAR, count(*)
    FROM feed_container_stock GROUP BY feed_purchase_id HAVING count(*) > 1
    UNION ALL
    SELECT 'container_feeding_summary by stay and period', format('{} {}', container_assignment_id, period_start),
        count(*)
    FROM container_feeding_summary GROUP BY container_assignment_id, period_start HAVING count(*) > 1
    UNION ALL
    SELECT 'batch_feeding_summary by period', format('{} {}', batch_id, period_start), count(*)
    FROM batch_feeding_summary GROUP BY batch_id, period_start HAVING count(*) > 1
    UNION ALL
    SELECT 'stage_transition_environment by move', batch_transfer_workflow_id::VARCHAR, count(*)
    FROM stage_transition_environment GROUP BY batch_transfer_workflow_id HAVING count(*) > 1
    UNION ALL
    SELECT 'individual_fish_observation by sampling and number', format('{} {}', sampling_event_id, fish_identifier),
        count(*)
    FROM individual_fish_observation GROUP BY sampling_event_id, fish_identifier HAVING count(*) > 1
    UNION ALL
    SELECT 'fish_parameter_score by fish and parameter',
        format('{} {}', individual_fish_observation_id, parameter_id), count(*)
    FROM fish_parameter_score GROUP BY individual_fish_observation_id, parameter_id HAVING count(*) > 1
),
owned AS (  -- batch and container that rows name, with the assignment that they name
    SELECT 'environmental_reading' AS table_name, assignment_id, batch_id, container_id, sum(readings) AS rows
        FROM reading_block GROUP BY ALL
    UNION ALL SELECT 'feeding_event', batch_assignment_id, batch_id, container_id, count(*)
        FROM feeding_event GROUP BY ALL
    UNION ALL SELECT 'mortality_event', assignment_id, batch_id, container_id, count(*)
        FROM mortality_event GROUP BY ALL
    UNION ALL SELECT 'growth_sample', assignment_id, batch_id, container_id, count(*) FROM growth_sample GROUP BY ALL
    UNION ALL SELECT 'live_forward_projection', assignment_id, batch_id, container_id, count(*)
        FROM live_forward_projection GROUP BY ALL
    UNION ALL SELECT 'daily_state', assignment_id, batch_id, container_id, count(*) FROM daily_state GROUP BY ALL
    UNION ALL SELECT 'harvest_event', assignment_id, batch_id, container_id, count(*) FROM harvest_event GROUP BY ALL
    UNION ALL SELECT 'transfer_action', dest_assignment_id, batch_id, dest_container_id, count(*)
        FROM transfer_action GROUP BY ALL
),
same_batch AS (
    SELECT 'transfer_action and its source' AS what, s.batch_id AS expected, t.batch_id AS found, count(*) AS rows
    FROM transfer_action t JOIN container_assignment s ON s.id = t.source_assignment_id GROUP BY ALL
    UNION ALL
    SELECT 'transfer_action and its workflow', w.batch_id, t.batch_id, count(*)
    FROM transfer_action t JOIN transfer_workflow w ON w.id = t.workflow_id GROUP BY ALL
    UNION ALL
    SELECT 'individual_growth_observation and its sample', s.batch_id, o.batch_id, sum(o.rows)
    FROM (SELECT growth_sample_id, batch_id, count(*) AS rows FROM individual_growth_observation GROUP BY ALL) o
    JOIN growth_sample s ON s.id = o.growth_sample_id GROUP BY ALL
    UNION ALL
    SELECT 'batch and its pinned projection', r.batch_id, b.id, count(*)
    FROM batch b JOIN projection_run r ON r.id = b.pinned_projection_run_id GROUP BY ALL
    UNION ALL
    SELECT 'projection_run and its scenario', s.batch_id, r.batch_id, count(*)
    FROM projection_run r JOIN scenario s ON s.id = r.scenario_id GROUP BY ALL
    UNION ALL
    SELECT 'scenario_projection and its computation', r.batch_id, p.batch_id, count(*)
    FROM scenario_projection p JOIN projection_run r ON r.id = p.projection_run_id GROUP BY ALL
    UNION ALL
    SELECT 'container_forecast_summary and its stay', a.batch_id, f.batch_id, count(*)
    FROM container_forecast_summary f JOIN container_assignment a ON a.id = f.assignment_id GROUP BY ALL
    UNION ALL
    SELECT 'planned_activity and its scenario', s.batch_id, p.batch_id, count(*)
    FROM planned_activity p JOIN scenario s ON s.id = p.scenario_id GROUP BY ALL
    UNION ALL
    SELECT 'planned_activity and its move', w.batch_id, p.batch_id, count(*)
    FROM planned_activity p JOIN transfer_workflow w ON w.id = p.transfer_workflow_id GROUP BY ALL
    UNION ALL
    SELECT 'harvest_lot and its harvest', e.batch_id, t.batch_id, count(*)
    FROM harvest_lot t JOIN harvest_event e ON e.id = t.event_id GROUP BY ALL
    UNION ALL
    SELECT 'harvest_waste and its harvest', e.batch_id, t.batch_id, count(*)
    FROM harvest_waste t JOIN harvest_event e ON e.id = t.event_id GROUP BY ALL
    UNION ALL
    SELECT 'feed_container_stock and its lot', p.batch_id, t.batch_id, count(*)
    FROM feed_container_stock t JOIN feed_purchase p ON p.id = t.feed_purchase_id GROUP BY ALL
    UNION ALL
    SELECT 'container_feeding_summary and its stay', s.batch_id, t.batch_id, count(*)
    FROM container_feeding_summary t JOIN container_assignment s ON s.id = t.container_assignment_id GROUP BY ALL
    UNION ALL
    SELECT 'creation_action and its order', w.batch_id, t.batch_id, count(*)
    FROM creation_action t JOIN creation_workflow w ON w.id = t.workflow_id GROUP BY ALL
    UNION ALL
    SELECT 'creation_action and its tray', s.batch_id, t.batch_id, count(*)
    FROM creation_action t JOIN container_assignment s ON s.id = t.dest_assignment_id GROUP BY ALL
    UNION ALL
    SELECT 'stage_transition_environment and its move', w.batch_id, t.batch_id, count(*)
    FROM stage_transition_environment t JOIN transfer_workflow w ON w.id = t.batch_transfer_workflow_id GROUP BY ALL
    UNION ALL
    SELECT 'health_sampling_event and its stay', s.batch_id, t.batch_id, count(*)
    FROM health_sampling_event t JOIN container_assignment s ON s.id = t.assignment_id GROUP BY ALL
    UNION ALL
    SELECT 'individual_fish_observation and its sampling', e.batch_id, t.batch_id, count(*)
    FROM individual_fish_observation t JOIN health_sampling_event e ON e.id = t.sampling_event_id GROUP BY ALL
    UNION ALL
    SELECT 'fish_parameter_score and its fish', f.batch_id, t.batch_id, sum(t.rows)
    FROM (SELECT individual_fish_observation_id, batch_id, count(*) AS rows FROM fish_parameter_score GROUP BY ALL) t
    JOIN individual_fish_observation f ON f.id = t.individual_fish_observation_id GROUP BY ALL
),
incomplete AS (  -- what must have rows that refer to it, and how many it has
    SELECT w.batch_id, 'a move has its water' AS what, 1 AS expected, count(e.batch_transfer_workflow_id) AS found
    FROM transfer_workflow w
    LEFT JOIN stage_transition_environment e ON e.batch_transfer_workflow_id = w.id
    GROUP BY w.id, w.batch_id HAVING count(e.batch_transfer_workflow_id) <> 1
    UNION ALL
    SELECT f.batch_id, 'a fish is scored on every parameter', p.parameters, coalesce(c.scores, 0)
    FROM individual_fish_observation f
    CROSS JOIN (SELECT count(*) AS parameters FROM health_parameter) p
    LEFT JOIN (SELECT individual_fish_observation_id AS id, count(*) AS scores FROM fish_parameter_score GROUP BY ALL) c
        ON c.id = f.id
    WHERE c.scores IS DISTINCT FROM p.parameters
)
SELECT
    NULL::VARCHAR AS batch_number, NULL::VARCHAR AS container, NULL::DATE AS date,
        r.what || ' refers to a row' AS what,
    'a row of ' || r.target AS expected, format('{} in {} rows', coalesce(r.id::VARCHAR, 'null'),
        r.rows::BIGINT) AS found
FROM reference r ANTI JOIN key k ON k.target = r.target AND k.id = r.id
UNION ALL
SELECT NULL, NULL, NULL, what || ' is unique', '1 row', format('{} in {} rows', value, rows) FROM twice
UNION ALL
SELECT
    s.batch_number, s.container, s.first_day, o.table_name || ' has its assignment''s batch and container',
    format('batch {}, container {}', s.batch_id, s.container_id),
    format('batch {}, container {} in {} rows', o.batch_id, o.container_id, o.rows::BIGINT)
FROM owned o JOIN stay s USING (assignment_id)
WHERE o.batch_id IS DISTINCT FROM s.batch_id OR o.container_id IS DISTINCT FROM s.container_id
UNION ALL
SELECT b.batch_number, NULL, NULL, what || ' have one batch', format('batch {}', expected),
    format('batch {} in {} rows', found, rows::BIGINT)
FROM same_batch LEFT JOIN batch b ON b.id = expected
WHERE expected IS DISTINCT FROM found
UNION ALL
SELECT b.batch_number, NULL, NULL, what, i.expected::VARCHAR, i.found::VARCHAR
FROM incomplete i LEFT JOIN batch b ON b.id = i.batch_id
ORDER BY ALL
