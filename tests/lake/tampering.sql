-- What the checks guard against: after each `-- check: words`, one way to spoil a true run, and the words by which
-- that check must name it. day(a, n) is day n of the stay of assignment a.

-- 01_batch_conservation: eggs = gone + alive
UPDATE mortality_event SET count = count + 1 WHERE rowid = 5;

-- 01_batch_conservation: eggs = gone + alive
UPDATE daily_state SET population = population + 1 WHERE assignment_id = 1034 AND date = day(1034, 40);

-- 01_batch_conservation: never rises
UPDATE daily_state SET population = 2 * population WHERE batch_id = 1 AND day_number > 90;

-- 01_batch_conservation: eggs = gone
UPDATE transfer_action SET mortality_during_transfer = mortality_during_transfer + 1 WHERE rowid = 0;

-- 01_batch_conservation: eggs = all that is gone
UPDATE harvest_event SET harvested_count = harvested_count - 1 WHERE rowid = 0;

-- 01_batch_conservation: eggs = all that is gone
UPDATE container_assignment SET population_count = population_count + 1 WHERE is_active AND batch_id = 2;

-- 01_batch_conservation: eggs placed as planned
UPDATE batch SET initial_count = initial_count + 1 WHERE id = 1;

-- 01_batch_conservation: eggs of the first containers
UPDATE container_assignment SET initial_count = initial_count + 1 WHERE id = 1024;

-- 01_batch_conservation: eggs = gone + alive
DELETE FROM daily_state WHERE batch_id = 4 AND day_number = 91;

-- 01_batch_conservation: delivered - dead on arrival
UPDATE creation_action SET egg_count_actual = egg_count_actual + 1 WHERE rowid = 0;

-- 01_batch_conservation: delivered - dead on arrival
UPDATE creation_action SET mortality_on_arrival = mortality_on_arrival + 1 WHERE rowid = 1;

-- 01_batch_conservation: eggs received = its deliveries
UPDATE creation_workflow SET total_eggs_received = total_eggs_received + 1 WHERE rowid = 0;

-- 01_batch_conservation: eggs ordered = its deliveries
UPDATE creation_workflow SET total_eggs_planned = total_eggs_planned - 1 WHERE rowid = 0;

-- 01_batch_conservation: dead on arrival = its deliveries
UPDATE creation_workflow SET total_mortality_on_arrival = total_mortality_on_arrival + 1 WHERE rowid = 0;

-- 01_batch_conservation: deliveries done
UPDATE creation_workflow SET actions_completed = actions_completed - 1 WHERE rowid = 0;

-- 01_batch_conservation: deliveries of the order
UPDATE creation_workflow SET total_actions = total_actions + 1 WHERE rowid = 0;

-- 01_batch_conservation: first delivery
UPDATE creation_workflow SET actual_start_date = actual_start_date - 1 WHERE rowid = 0;

-- 01_batch_conservation: last delivery
UPDATE creation_workflow SET actual_completion_date = actual_completion_date + 1 WHERE rowid = 0;

-- 01_batch_conservation: one order of eggs
DELETE FROM creation_workflow WHERE rowid = 0;

-- 01_batch_conservation: one delivery a tray
DELETE FROM creation_action WHERE rowid = 0;

-- 01_batch_conservation: one delivery a tray
UPDATE creation_action SET mortality_on_arrival = -1, egg_count_actual = egg_count_planned - 1 WHERE rowid = 0;

-- 01_batch_conservation: eggs placed as planned
UPDATE batch SET initial_count = 20001 WHERE id = 6;

-- 01_batch_conservation: eggs ordered as planned
UPDATE creation_workflow SET total_eggs_planned = 20000 WHERE batch_id = 6;

-- 01_batch_conservation: deliveries done
UPDATE creation_workflow SET actions_completed = 1 WHERE batch_id = 6;

-- 01_batch_conservation: completed with its last delivery
UPDATE creation_workflow SET actual_completion_date = planned_completion_date WHERE batch_id = 6;

-- 01_batch_conservation: into trays
UPDATE creation_action SET dest_assignment_id = 1026 WHERE rowid = 0;

-- 02_transfer_conservation: arrived
UPDATE transfer_workflow SET total_transferred_count = total_transferred_count + 1 WHERE rowid = 0;

-- 02_transfer_conservation: total lost
UPDATE transfer_workflow SET total_mortality_count = total_mortality_count + 1 WHERE rowid = 0;

-- 02_transfer_conservation: alive the evening before
UPDATE transfer_workflow SET total_source_count = total_source_count + 1 WHERE rowid = 1;

-- 02_transfer_conservation: total biomass
UPDATE transfer_workflow SET total_biomass_kg = total_biomass_kg + 0.01 WHERE rowid = 1;

-- 02_transfer_conservation: actions completed
UPDATE transfer_workflow SET actions_completed = actions_completed + 1 WHERE rowid = 1;

-- 02_transfer_conservation: fish moved in
UPDATE transfer_action SET transferred_count = transferred_count + 1 WHERE rowid = 12;

-- 02_transfer_conservation: there before the action
UPDATE transfer_action SET source_population_before = source_population_before - 1 WHERE rowid = 12;

-- 02_transfer_conservation: at most what was there
UPDATE transfer_action SET source_population_before = 1 WHERE rowid = 12;

-- 02_transfer_conservation: all fish of the container moved
DELETE FROM transfer_action WHERE rowid = 12;

-- 02_transfer_conservation: fish to be moved = its actions
UPDATE transfer_workflow SET estimated_total_count = estimated_total_count + 1 WHERE status = 'PLANNED';

-- 02_transfer_conservation: fish to be moved = its actions, or those that live
UPDATE transfer_workflow SET estimated_total_count = estimated_total_count + 1 WHERE status = 'DRAFT';

-- 02_transfer_conservation: biomass to be moved = its actions
UPDATE transfer_workflow SET estimated_total_biomass_kg = NULL WHERE status = 'CANCELLED';

-- 02_transfer_conservation: there before an action to come
UPDATE transfer_action SET source_population_before = source_population_before + 1 WHERE status = 'PENDING';

-- 02_transfer_conservation: every fish is to be moved
UPDATE transfer_action SET transferred_count = transferred_count - 1 WHERE status = 'SKIPPED';

-- 02_transfer_conservation: none is lost yet
UPDATE transfer_action SET mortality_during_transfer = 1 WHERE status = 'PENDING';

-- 02_transfer_conservation: biomass to be moved is that of the state
UPDATE transfer_action SET transferred_biomass_kg = transferred_biomass_kg * 1.01 WHERE status = 'PENDING';

-- 02_transfer_conservation: an attempt that failed is repeated
UPDATE transfer_action SET transferred_count = transferred_count - 1 WHERE status = 'FAILED';

-- 02_transfer_conservation: completed with its last action
UPDATE transfer_workflow SET actual_completion_date = NULL WHERE rowid = 0;

-- 02_transfer_conservation: fish moved in
UPDATE container_assignment SET initial_count = initial_count + 1 WHERE id = 1034;

-- 03_assignment_ledger: fish at the end
UPDATE mortality_event SET count = count + 1 WHERE rowid = 5;

-- 03_assignment_ledger: fish at the end
UPDATE transfer_action SET transferred_count = transferred_count - 1 WHERE rowid = 3;

-- 03_assignment_ledger: fish at the end
UPDATE harvest_event SET harvested_count = harvested_count - 1 WHERE rowid = 1;

-- 03_assignment_ledger: empty after departure
UPDATE container_assignment SET population_count = 5 WHERE id = 1024;

-- 03_assignment_ledger: the last state
UPDATE container_assignment SET population_count = population_count - 1 WHERE is_active AND batch_id = 2;

-- 03_assignment_ledger: negative
UPDATE container_assignment SET initial_count = -1 WHERE id = 1030;

-- 04_double_booking: one batch in a container at a time (data)
UPDATE container_assignment SET container_id = (SELECT container_id FROM container_assignment
WHERE id = 1034) WHERE batch_id = 2 AND lifecycle_stage_id = 6;

-- 04_double_booking: one batch in a container at a time (plan)
INSERT INTO planned_stay SELECT 2, lifecycle_stage_id, container_id, area_id, start_date + 89, end_date FROM
    planned_stay
WHERE batch_id = 1 AND lifecycle_stage_id = 1;

-- 04_double_booking: inside the planned
UPDATE container_assignment SET assignment_date = assignment_date - 1 WHERE id = 1030;

-- 04_double_booking: inside the planned
UPDATE container_assignment SET departure_date = departure_date + 1 WHERE id = 1030;

-- 04_double_booking: planned departure
UPDATE container_assignment SET planned_departure_date = planned_departure_date + 1 WHERE id = 1030;

-- 04_double_booking: one reading at a time
INSERT INTO environmental_reading SELECT * FROM environmental_reading WHERE sensor_id = 1 LIMIT 1;

-- 04_double_booking: one reading at a time
UPDATE environmental_reading SET reading_time = TIMESTAMPTZ '2024-01-01 00:30:00+00'
WHERE sensor_id = 1 AND rowid < 2;

-- 05_stage_order: none left out
UPDATE container_assignment SET lifecycle_stage_id = 3 WHERE id IN (1026, 1027);

-- 05_stage_order: begins as stage
UPDATE container_assignment SET departure_date = departure_date - 1 WHERE id IN (1026, 1027);

-- 05_stage_order: together
UPDATE container_assignment SET departure_date = departure_date - 1 WHERE id = 1026;

-- 05_stage_order: serves the stage
UPDATE container SET lifecycle_stage_id = 3
WHERE id = (SELECT container_id FROM container_assignment WHERE id = 1026);

-- 05_stage_order: kind of container
UPDATE container_type SET category = 'TANK' WHERE name = 'Sea Rings';

-- 05_stage_order: current stage
UPDATE batch SET lifecycle_stage_id = 4 WHERE id = 4;

-- 05_stage_order: took place
DELETE FROM container_assignment WHERE id = 1027;

-- 05_stage_order: from one stage to the next
UPDATE transfer_workflow SET dest_lifecycle_stage_id = 4 WHERE rowid = 1;

-- 05_stage_order: daily state
UPDATE daily_state SET lifecycle_stage_id = 2 WHERE assignment_id = 1034 AND date = day(1034, 3);

-- 05_stage_order: stage 2 begins as stage 1 ends
UPDATE transfer_workflow SET actual_start_date = actual_start_date - 1 WHERE status = 'IN_PROGRESS';

-- 05_stage_order: current stage
UPDATE transfer_workflow SET status = 'COMPLETED' WHERE status = 'IN_PROGRESS';

-- 06_geography: geography
UPDATE container SET geography_id = 2 WHERE id = (SELECT container_id FROM container_assignment WHERE id = 1026);

-- 06_geography: geography
UPDATE area SET geography_id = 2 WHERE id = 1;

-- 06_geography: one area
UPDATE container SET area_id = 2 WHERE id = (SELECT container_id FROM container_assignment WHERE id = 1035);

-- 06_geography: fed from
UPDATE feeding_event SET feed_container_id = 1 WHERE batch_assignment_id = 1034 AND feeding_date = day(1034, 9);

-- 06_geography: processed
UPDATE harvest_event SET dest_geography_id = 2 WHERE batch_id = 1 AND rowid = 0;

-- 06_geography: store of the batch's halls or areas
UPDATE feed_purchase SET feed_container_id = (SELECT max(id) FROM feed_container) WHERE rowid = 0;

-- 06_geography: by the model of the geography
UPDATE tgc_model SET location = 'Scotland' WHERE batch_id = 1;

-- 06_geography: site is of a company
UPDATE site SET company_id = (SELECT max(id) FROM company) WHERE id = 1;

-- 06_geography: between companies of their geography
UPDATE intercompany_transaction SET policy_id = (SELECT max(id) FROM intercompany_policy) WHERE batch_id = 1;

-- 06_geography: between companies of their geography
UPDATE intercompany_transaction SET currency = 'GBP' WHERE batch_id = 1;

-- 06_geography: booked for the site
UPDATE fact_harvest SET dim_site_id = dim_site_id + 1 WHERE batch_id = 1 AND rowid = 0;

-- 06_geography: booked for the site
UPDATE fact_harvest SET dim_company_id = 1 WHERE batch_id = 1 AND rowid = 0;

-- 07_foreign_keys: batch.pinned_projection_run_id refers to a row
DELETE FROM projection_run WHERE batch_id = 2;

-- 07_foreign_keys: scenario.tgc_model_id refers to a row
UPDATE scenario SET tgc_model_id = 99 WHERE batch_id = 2;

-- 07_foreign_keys: scenario.tgc_model_id leads to a row of its batch
UPDATE scenario SET tgc_model_id = (SELECT id FROM tgc_model WHERE batch_id = 1) WHERE batch_id = 2;

-- 07_foreign_keys: scenario_projection.projection_run_id refers to a row
UPDATE scenario_projection SET projection_run_id = 1 WHERE batch_id = 2 AND day_number = 5;

-- 07_foreign_keys: live_forward_projection.temp_profile_id refers to a row
DELETE FROM temperature_profile WHERE batch_id = 4;

-- 07_foreign_keys: container_forecast_summary.temp_profile_id leads to a row of its batch
UPDATE container_forecast_summary SET temp_profile_id = (SELECT id FROM temperature_profile WHERE batch_id = 2)
WHERE batch_id = 4;

-- 07_foreign_keys: planned_activity.template_id refers to a row
DELETE FROM activity_template WHERE id = 20;

-- 07_foreign_keys: planned_activity.transfer_workflow_id refers to a row
UPDATE planned_activity SET transfer_workflow_id = 1 WHERE transfer_workflow_id IS NOT NULL;

-- 07_foreign_keys: a move has its water
DELETE FROM stage_transition_environment WHERE rowid = 0;

-- 07_foreign_keys: individual_fish_observation: sampling_event_id, fish_identifier is unique
UPDATE individual_fish_observation SET fish_identifier = 2 WHERE rowid = 0;

-- 07_foreign_keys: fish_parameter_score: individual_fish_observation_id, parameter_id is unique
UPDATE fish_parameter_score SET parameter_id = 2 WHERE rowid = 0;

-- 07_foreign_keys: scored on every parameter
DELETE FROM fish_parameter_score WHERE rowid = 5;

-- 07_foreign_keys: scored on every parameter
DELETE FROM fish_parameter_score WHERE individual_fish_observation_id = (SELECT max(id)
FROM individual_fish_observation);

-- 07_foreign_keys: lies in one place
UPDATE container SET hall_id = NULL WHERE id = 1;

-- 07_foreign_keys: lies in one place
UPDATE container SET area_id = 1 WHERE id = 1;

-- 07_foreign_keys: lies in one place
UPDATE feed_container SET area_id = NULL, hall_id = NULL WHERE id = 1;

-- 07_foreign_keys: lies in one place
UPDATE site SET station_id = 1, area_id = 1 WHERE id = 1;

-- 07_foreign_keys: treatment has its truth
DELETE FROM treatment_truth WHERE rowid = 0;

-- 07_foreign_keys: vaccinated once
DELETE FROM treatment WHERE method = 'VACCINE' AND batch_id = 2;

-- 07_foreign_keys: vaccinated once
UPDATE treatment SET method = 'VACCINE' WHERE method <> 'VACCINE' AND batch_id = 2;

-- 07_foreign_keys: vaccinated once
INSERT INTO treatment SELECT * REPLACE (id + 99 AS id, treatment_date + INTERVAL 1 DAY AS treatment_date) FROM treatment
WHERE method = 'VACCINE' LIMIT 1;

-- 07_foreign_keys: every type of lice found has its row
DELETE FROM lice_count WHERE rowid = 5;

-- 07_foreign_keys: every type of lice found has its row
UPDATE lice_count SET fish_sampled = fish_sampled - 1 WHERE rowid = 5;

-- 07_foreign_keys: every type of lice found has its row
UPDATE lice_count SET count_date = count_date + INTERVAL 1 MINUTE WHERE rowid = 5;

-- 07_foreign_keys: every type of lice found has its row
UPDATE lice_count SET count_value = count_value + 1 WHERE rowid = 5;

-- 07_foreign_keys: where no lice were found one row says so
INSERT INTO lice_count SELECT * REPLACE (0 AS count_value, 13 - lice_type_id AS lice_type_id) FROM lice_count
WHERE rowid = (SELECT min(rowid) FROM lice_count WHERE (assignment_id, count_date) IN (
    SELECT (assignment_id, count_date) FROM lice_count GROUP BY ALL HAVING count(*) = 1));

-- 07_foreign_keys: where no lice were found one row says so
UPDATE lice_count SET lice_type_id = 1 WHERE count_value = 0;

-- 07_foreign_keys: count of lice has its truth
DELETE FROM lice_truth WHERE rowid = 5;

-- 07_foreign_keys: count of lice has its truth
DELETE FROM lice_count WHERE assignment_id = 1034
    AND count_date::DATE = (SELECT min(count_date::DATE) FROM lice_count WHERE assignment_id = 1034);

-- 07_foreign_keys: because of a disease
UPDATE health_event SET cause = 'HANDLING' WHERE batch_id = 3;

-- 07_foreign_keys: because of a disease
UPDATE health_lab_sample SET sample_date = (SELECT start_date FROM batch WHERE id = 3) WHERE batch_id = 3;

-- 08_time: mortality_event.event_date within the stay
UPDATE mortality_event SET event_date = day(1024, 90)
WHERE assignment_id = 1024 AND event_date = (SELECT max(event_date) FROM mortality_event WHERE assignment_id =
    1024);

-- 08_time: feeding_event.feeding_date within the stay
UPDATE feeding_event SET feeding_date = day(1026, -1)
WHERE batch_assignment_id = 1026 AND feeding_date = day(1026, 0);

-- 08_time: growth_sample.sample_date within the stay
UPDATE growth_sample SET sample_date = day(1026, 90) WHERE assignment_id = 1026 AND sample_date > day(1026, 80);

-- 08_time: environmental_reading.reading_time within the stay
UPDATE environmental_reading SET reading_time = day(1024, 90)::TIMESTAMP
WHERE batch_container_assignment_id = 1024 AND reading_time >= (day(1024, 89))::TIMESTAMP;

-- 08_time: daily_state.date within the stay
UPDATE daily_state SET date = date + 1 WHERE assignment_id = 1024 AND date = day(1024, 89);

-- 08_time: harvest_event.event_date within the stay
UPDATE harvest_event SET event_date = event_date + INTERVAL 12 HOUR WHERE rowid = 0;

-- 08_time: health_sampling_event.sampling_date within the stay
UPDATE health_sampling_event SET sampling_date = sampling_date - 90 WHERE rowid = 0;

-- 08_time: creation_action.actual_delivery_date within the stay
UPDATE creation_action SET actual_delivery_date = actual_delivery_date - 1 WHERE rowid = 0;

-- 08_time: day that the stay begins
UPDATE creation_action SET actual_delivery_date = actual_delivery_date + 1 WHERE rowid = 0;

-- 08_time: creation_workflow.actual_completion_date before the as-of date
UPDATE creation_workflow SET actual_completion_date = (SELECT as_of FROM run) WHERE batch_id = 5;

-- 08_time: health_sampling_event.sampling_date before the harvested batch's end
UPDATE health_sampling_event SET sampling_date = (SELECT actual_end_date FROM batch WHERE id = 1)
WHERE rowid = 0;

-- 08_time: feed_purchase.purchase_date before the as-of date
UPDATE feed_purchase SET purchase_date = (SELECT as_of FROM run)
WHERE batch_id = 4 AND rowid = (SELECT max(rowid) FROM feed_purchase WHERE batch_id = 4);

-- 08_time: before the harvested batch's end
UPDATE feed_purchase SET purchase_date = (SELECT actual_end_date FROM batch WHERE id = 1) WHERE rowid = 0;

-- 08_time: day of departure
UPDATE transfer_action SET actual_execution_date = actual_execution_date + 1 WHERE rowid = 0;

-- 08_time: planned_activity.completed_at before the as-of date
UPDATE planned_activity SET completed_at = (SELECT as_of FROM run)::TIMESTAMP WHERE completed_at IS NOT NULL;

-- 08_time: projected from the as-of date on
UPDATE live_forward_projection SET projection_date = projection_date - 1;

-- 08_time: lived in has one forecast
DELETE FROM container_forecast_summary WHERE rowid = 0;

-- 08_time: lived in has one forecast
INSERT INTO container_forecast_summary SELECT * REPLACE (1030 AS assignment_id) FROM container_forecast_summary LIMIT 1;

-- 08_time: dated when it is done
UPDATE planned_activity SET completed_at = NULL WHERE completed_at IS NOT NULL;

-- 08_time: open only while its batch lives
UPDATE planned_activity SET status = 'PENDING', completed_at = NULL WHERE batch_id = 1 AND status = 'COMPLETED';

-- 08_time: open only while its batch lives
UPDATE planned_activity SET status = 'IN_PROGRESS' WHERE batch_id = 1 AND status = 'CANCELLED';

-- 08_time: what was planned of a batch is kept
DELETE FROM planned_activity WHERE batch_id = 1;

-- 08_time: as planned
UPDATE batch SET start_date = start_date - 1 WHERE id = 1;

-- 08_time: as planned
UPDATE batch SET expected_end_date = expected_end_date + 1 WHERE id = 2;

-- 08_time: day of life
UPDATE daily_state SET day_number = day_number + 1 WHERE rowid = 4;

-- 08_time: journal_entry in a container of the batch
UPDATE journal_entry SET container_id = (SELECT container_id FROM container_assignment WHERE id = 1024)
WHERE batch_id = 1 AND entry_date >= day(1026, 0)::TIMESTAMP;

-- 08_time: health_event in a container of the batch
UPDATE health_event SET start_date = (SELECT start_date FROM batch WHERE id = 3) - 1
WHERE rowid = (SELECT max(rowid) FROM health_event WHERE batch_id = 3);

-- 08_time: planned_activity in a container of the batch
UPDATE planned_activity SET container_id = (SELECT container_id FROM container_assignment WHERE id = 1024)
WHERE batch_id = 2;

-- 08_time: told of in the journal on its day
UPDATE journal_entry SET entry_date = entry_date + INTERVAL 1 DAY WHERE category = 'treatment';

-- 08_time: told of in the journal on its day
UPDATE treatment SET journal_entry_id = (SELECT min(id) FROM journal_entry WHERE batch_id = 1)
WHERE batch_id = 1 AND method <> 'VACCINE';

-- 08_time: counted about every week
UPDATE lice_truth SET date = date - 6 WHERE rowid = 5;

-- 08_time: counted about every week
DELETE FROM lice_truth WHERE assignment_id = 1034 AND date BETWEEN day(1034, 20) AND day(1034, 60);

-- 08_time: follows a count above the limit
UPDATE treatment SET treatment_date = treatment_date - INTERVAL 1 DAY WHERE batch_id = 3 AND method <> 'VACCINE';

-- 08_time: follows a count above the limit
UPDATE planned_lice_limit SET treated_above = 100;

-- 08_time: the month's limit on lice
UPDATE lice_limit SET adult_female_limit = 2 WHERE month = 3;

-- 08_time: the month's limit on lice
DELETE FROM lice_limit WHERE month = 12;

-- 08_time: is followed by a treatment
DELETE FROM treatment WHERE method <> 'VACCINE' AND batch_id = 1;

-- 09_status: COMPLETED = harvested
UPDATE batch SET status = 'ACTIVE' WHERE id = 1;

-- 09_status: only as Adult
UPDATE batch SET status = 'COMPLETED' WHERE id = 4;

-- 09_status: last departure
UPDATE batch SET actual_end_date = actual_end_date - 1 WHERE id = 1;

-- 09_status: reason
UPDATE batch SET harvest_reason = NULL WHERE id = 1;

-- 08_time: a scenario starts with its batch
UPDATE scenario SET start_date = start_date + 1 WHERE batch_id = 3;

-- 09_status: has an active assignment
UPDATE batch SET status = 'ACTIVE' WHERE id = 6;

-- 09_status: the status that the plan tells
UPDATE batch SET status = 'CANCELLED' WHERE id = 6;

-- 09_status: the status that the plan tells
UPDATE batch SET status = 'RECEIVING' WHERE id = 5;

-- 09_status: an order has the status of its deliveries
UPDATE creation_workflow SET status = 'DRAFT' WHERE batch_id = 6;

-- 09_status: an order has the status of its deliveries
UPDATE creation_workflow SET status = 'PLANNED' WHERE batch_id = 7;

-- 09_status: an order has the status of its deliveries
UPDATE creation_workflow SET status = 'IN_PROGRESS' WHERE batch_id = 5;

-- 09_status: the status that the plan tells
UPDATE batch SET status = 'COMPLETED' WHERE id = 8;

-- 09_status: COMPLETED = has an end date
UPDATE batch SET actual_end_date = NULL WHERE id = 8;

-- 09_status: TERMINATED = all fish died on the last day
UPDATE daily_state SET population = 5 WHERE assignment_id = 8194 AND date = day(8194, 80);

-- 09_status: TERMINATED = all fish died on the last day
DELETE FROM mortality_event WHERE batch_id = 8 AND event_date = day(8194, 80);

-- 09_status: TERMINATED = all fish died on the last day
DELETE FROM health_event WHERE batch_id = 8 AND expected_loss = 1;

-- 09_status: TERMINATED = all fish died on the last day
UPDATE health_event SET expected_loss = 1 WHERE batch_id = 3;

-- 09_status: is as far as its move
UPDATE planned_activity SET status = 'PENDING' WHERE batch_id = 8 AND activity_type = 'TRANSFER';

-- 08_time: an activity is open only while its batch lives
UPDATE planned_activity SET status = 'IN_PROGRESS' WHERE batch_id = 8;

-- 09_status: CANCELLED = an order with a reason and a time
UPDATE creation_workflow SET cancelled_at = NULL WHERE batch_id = 10;

-- 09_status: CANCELLED = an order with a reason and a time
UPDATE creation_workflow SET cancellation_reason = 'none' WHERE batch_id = 10;

-- 09_status: CANCELLED = an order with a reason and a time
UPDATE creation_workflow SET cancellation_reason = 'The supplier has none.' WHERE batch_id = 6;

-- 09_status: an order has the status of its deliveries
UPDATE creation_workflow SET status = 'DRAFT' WHERE batch_id = 10;

-- 09_status: an order has the status of its deliveries
UPDATE creation_workflow SET status = 'COMPLETED' WHERE batch_id = 9;

-- 09_status: a delivery is done when its tray is filled
UPDATE creation_action SET status = 'COMPLETED' WHERE batch_id = 9;

-- 09_status: has an active assignment
UPDATE batch SET status = 'PLANNED' WHERE id = 9;

-- 09_status: what is reserved is an empty tray
UPDATE container_assignment SET initial_count = 5 WHERE id = 6144;

-- 09_status: what is reserved is an empty tray
UPDATE container_assignment SET biomass_kg = 5 WHERE id = 6145;

-- 09_status: what is reserved is an empty tray
UPDATE container_assignment SET is_active = false WHERE id = 5121;

-- 09_status: what is reserved is an empty tray
UPDATE creation_action SET dest_assignment_id = 6144 WHERE batch_id = 6;

-- 09_status: a delivery is done when its tray is filled
UPDATE creation_action SET status = 'COMPLETED' WHERE batch_id = 6;

-- 09_status: a delivery is done when its tray is filled
UPDATE creation_action SET egg_quality_score = 3 WHERE batch_id = 7;

-- 09_status: a delivery is done when its tray is filled
UPDATE creation_action SET delivery_method = NULL WHERE batch_id = 5;

-- 09_status: active = no departure date
UPDATE container_assignment SET is_active = true WHERE id = 1034;

-- 09_status: COMPLETED = harvested
DELETE FROM harvest_event WHERE batch_id = 3;

-- 09_status: harvest alone
UPDATE container_assignment SET departure_date = assignment_date + 9, is_active = false
WHERE batch_id = 2 AND lifecycle_stage_id = 6;

-- 09_status: kind and times are its method's
UPDATE treatment SET withholding_period_days = withholding_period_days - 1 WHERE method = 'THERMAL';

-- 09_status: kind and times are its method's
UPDATE treatment SET treatment_type = 'medication' WHERE method = 'THERMAL';

-- 09_status: kind and times are its method's
UPDATE treatment SET vaccination_type_id = NULL WHERE method = 'VACCINE';

-- 09_status: outcome is what the counts show
UPDATE treatment SET outcome = CASE outcome WHEN 'successful' THEN 'partial' ELSE 'successful' END
WHERE method = 'MECHANICAL';

-- 09_status: outcome is what the counts show
DELETE FROM lice_count
WHERE batch_id = 3 AND count_date > (SELECT max(treatment_date) FROM treatment WHERE batch_id = 3);

-- 09_status: removes 0 to all lice
UPDATE treatment_truth SET efficacy = 1.1 WHERE rowid = 0;

-- 09_status: removes 0 to all lice
UPDATE treatment_truth SET expected_loss = 1 WHERE rowid = 0;

-- 09_status: weighed at a treatment
UPDATE treatment SET includes_weighing = NOT includes_weighing WHERE rowid = 0;

-- 09_status: with a word on how
UPDATE journal_entry SET resolution_notes = '' WHERE category = 'issue';

-- 09_status: with a word on how
UPDATE journal_entry SET resolution_status = false, resolution_notes = '' WHERE batch_id = 1 AND category = 'issue';

-- 09_status: with a word on how
UPDATE journal_entry SET resolution_status = false WHERE batch_id = 2 AND category = 'treatment';

-- 09_status: a move is as far as its actions are
UPDATE transfer_workflow SET status = 'DRAFT' WHERE status = 'PLANNED';

-- 09_status: a move is as far as its actions are
UPDATE transfer_action SET status = 'SKIPPED' WHERE status = 'PENDING';

-- 09_status: a move is as far as its actions are
UPDATE transfer_action SET status = 'PENDING' WHERE status = 'COMPLETED' AND rowid < 2;

-- 09_status: a move is as far as its actions are
UPDATE transfer_workflow SET cancellation_reason = '' WHERE status = 'CANCELLED';

-- 09_status: a move is as far as its actions are
UPDATE transfer_workflow SET planned_start_date = planned_start_date + 20 WHERE status = 'CANCELLED';

-- 09_status: a move is as far as its actions are
UPDATE transfer_action SET status = 'COMPLETED' WHERE status = 'IN_PROGRESS';

-- 09_status: the next moves are planned, later ones drafted
DELETE FROM transfer_workflow WHERE status = 'DRAFT' AND batch_id = 4;

-- 09_status: the next moves are planned, later ones drafted
UPDATE transfer_workflow SET planned_start_date = planned_start_date + 1, planned_completion_date = planned_start_date + 1
WHERE status = 'PLANNED';

-- 09_status: a transfer that is planned is as far as its move
UPDATE planned_activity SET status = 'PENDING' WHERE status = 'IN_PROGRESS' AND activity_type = 'TRANSFER';

-- 09_status: each names the other
UPDATE planned_activity SET transfer_workflow_id = NULL WHERE status = 'IN_PROGRESS' AND activity_type = 'TRANSFER';

-- 09_status: the activity of a move names it
UPDATE transfer_workflow SET planned_activity_id = planned_activity_id + 6 WHERE planned_activity_id IS NOT NULL;

-- 09_status: an action tells what was done
UPDATE transfer_action SET water_temp_c = NULL WHERE rowid = 0;

-- 09_status: an action tells what was done
UPDATE transfer_action SET actual_execution_date = planned_date WHERE status = 'PENDING';

-- 09_status: why it was not
UPDATE transfer_action SET notes = '' WHERE status = 'FAILED';

-- 09_status: each ring's harvest is planned
INSERT INTO planned_activity SELECT p.* REPLACE (p.id + 40 AS id, (SELECT min(container_id) FROM container_assignment
    WHERE batch_id = 2 AND lifecycle_stage_id = 6) AS container_id) FROM planned_activity p
WHERE batch_id = 2 AND activity_type = 'HARVEST';

-- 10_biomass: daily state
UPDATE daily_state SET biomass_kg = biomass_kg * 1.01 WHERE assignment_id = 1034 AND date = day(1034, 3);

-- 10_biomass: assignment
UPDATE container_assignment SET biomass_kg = biomass_kg + 2 WHERE batch_id = 2 AND is_active;

-- 10_biomass: true state
UPDATE daily_truth SET biomass_kg = biomass_kg * 1.01 WHERE assignment_id = 1034 AND date = day(1034, 3);

-- 10_biomass: biomass of the dead
UPDATE mortality_event SET biomass_kg = biomass_kg * 4 WHERE assignment_id = 1034;

-- 10_biomass: biomass of the dead
UPDATE mortality_event SET biomass_kg = biomass_kg * 0.1 WHERE assignment_id = 1034;

-- 10_biomass: biomass of the culled
UPDATE mortality_event SET biomass_kg = biomass_kg * 3 WHERE is_cull;

-- 10_biomass: moved
UPDATE transfer_action SET transferred_biomass_kg = transferred_biomass_kg * 1.01 WHERE rowid = 12;

-- 10_biomass: weight at the move
UPDATE transfer_action SET measured_avg_weight_g = measured_avg_weight_g + 0.01 WHERE rowid = 12;

-- 10_biomass: harvested
UPDATE harvest_event SET live_weight_kg = live_weight_kg * 1.001 WHERE rowid = 0;

-- 10_biomass: morning
UPDATE feeding_event SET batch_biomass_kg = batch_biomass_kg * 1.01
WHERE batch_assignment_id = 1034 AND feeding_date = day(1034, 0);

-- 11_feed_balance: first in first out
UPDATE feeding_event SET feed_cost = feed_cost + 0.01 WHERE rowid = 100;

-- 11_feed_balance: purchased = fed
UPDATE feeding_event SET amount_kg = amount_kg + 0.0001 WHERE rowid = 100;

-- 11_feed_balance: closing stock of lot
UPDATE feed_purchase SET closing_kg = closing_kg + 0.0001 WHERE rowid = 0;

-- 11_feed_balance: after it was delivered
UPDATE feed_purchase SET purchase_date = purchase_date + 9 WHERE rowid = 0;

-- 11_feed_balance: first in first out
UPDATE feed_purchase SET cost_per_kg = cost_per_kg + 0.5 WHERE rowid = 1;

-- 11_feed_balance: stock below zero
DELETE FROM feed_purchase WHERE rowid = (SELECT max(rowid) FROM feed_purchase WHERE batch_id = 1);

-- 11_feed_balance: feed fits the fish
UPDATE feeding_event SET feed_id = 6 WHERE batch_assignment_id = 1026 AND feeding_date = day(1026, 5);

-- 11_feed_balance: at a time of its day
UPDATE feeding_event SET feeding_time = feeding_time + INTERVAL 1 DAY WHERE rowid = 100;

-- 11_feed_balance: percentage
UPDATE feeding_event SET feeding_percentage = feeding_percentage + 0.00001 WHERE rowid = 100;

-- 12_feed_growth: in its band
UPDATE feeding_event SET amount_kg = amount_kg * 1.5 WHERE batch_id = 1 AND batch_assignment_id >= 1034;

-- 12_feed_growth: in its band
UPDATE feeding_event SET amount_kg = amount_kg * 0.5 WHERE batch_id = 4;

-- 12_feed_growth: no feeding without growth
UPDATE daily_truth SET avg_weight_g = 100 WHERE assignment_id = 1034;

-- 12_feed_growth: observed feed conversion
UPDATE daily_state SET observed_fcr = observed_fcr + 0.01 WHERE assignment_id = 1034 AND date = day(1034, 200);

-- 12_feed_growth: observed feed conversion
UPDATE daily_state SET observed_fcr = NULL WHERE assignment_id = 1034 AND date = day(1034, 200);

-- 12_feed_growth: observed feed conversion
UPDATE daily_state SET observed_fcr = 1 WHERE assignment_id = 1034 AND date = day(1034, 1);

-- 12_feed_growth: observed feed conversion
UPDATE daily_state SET observed_fcr = 1 WHERE assignment_id = 1024 AND date = day(1024, 30);

-- 13_weights: never falls
UPDATE daily_truth SET avg_weight_g = avg_weight_g * 0.9 WHERE assignment_id = 1034 AND date = day(1034, 50);

-- 13_weights: falls only when weighed
UPDATE daily_state SET avg_weight_g = avg_weight_g * 0.98 WHERE assignment_id = 1034 AND date = day(1034, 50);

-- 13_weights: weight continuous across the move
UPDATE daily_truth SET avg_weight_g = avg_weight_g * 1.2 WHERE assignment_id = 1034;

-- 13_weights: estimate continuous across the move
UPDATE daily_state SET avg_weight_g = avg_weight_g * 1.2 WHERE assignment_id = 1034;

-- 13_weights: estimate continuous across the move
UPDATE transfer_action SET measured_avg_weight_g = measured_avg_weight_g * 1.2 WHERE dest_assignment_id = 1034;

-- 13_weights: estimate within bounds
UPDATE daily_state SET avg_weight_g = avg_weight_g * 2 WHERE assignment_id = 1034 AND date > day(1034, 200);

-- 13_weights: mean weight = its fish
UPDATE growth_sample SET avg_weight_g = avg_weight_g + 0.01 WHERE rowid = 3;

-- 13_weights: spread of length
UPDATE growth_sample SET std_deviation_length = std_deviation_length + 0.01 WHERE rowid = 3;

-- 13_weights: condition factor
UPDATE growth_sample SET condition_factor = condition_factor + 0.01 WHERE rowid = 3;

-- 13_weights: sample's fish
DELETE FROM individual_growth_observation WHERE rowid = 45;

-- 13_weights: sample's fish
UPDATE individual_growth_observation SET fish_identifier = 7 WHERE rowid = 45;

-- 13_weights: K of every fish
UPDATE individual_growth_observation SET weight_g = weight_g * 2 WHERE rowid = 4500;

-- 13_weights: standard errors of the truth
UPDATE daily_truth SET avg_weight_g = avg_weight_g * 2 WHERE batch_id = 2;

-- 13_weights: lean to neither side
UPDATE daily_truth SET avg_weight_g = avg_weight_g * 1.15 WHERE assignment_id BETWEEN 1028 AND 1029;

-- 13_weights: last weighing
UPDATE container_assignment SET last_weighing_date = last_weighing_date - 1 WHERE id = 1026;

-- 13_weights: examined fish's mean weight
UPDATE health_sampling_event SET avg_weight_g = avg_weight_g + 0.01 WHERE rowid = 3;

-- 13_weights: examined fish's spread of weight
UPDATE health_sampling_event SET std_dev_weight_g = std_dev_weight_g + 0.01 WHERE rowid = 3;

-- 13_weights: heaviest of the examined fish
UPDATE individual_fish_observation SET weight_g = 9000 WHERE rowid = 45;

-- 13_weights: lightest of the examined fish
UPDATE health_sampling_event SET min_weight_g = min_weight_g - 0.01 WHERE rowid = 3;

-- 13_weights: examined fish's mean length
UPDATE health_sampling_event SET avg_length_cm = avg_length_cm + 0.01 WHERE rowid = 3;

-- 13_weights: examined fish's spread of length
UPDATE health_sampling_event SET std_dev_length_cm = std_dev_length_cm - 0.01 WHERE rowid = 3;

-- 13_weights: shortest of the examined fish
UPDATE health_sampling_event SET min_length_cm = min_length_cm + 0.01 WHERE rowid = 3;

-- 13_weights: longest of the examined fish
UPDATE health_sampling_event SET max_length_cm = max_length_cm + 0.01 WHERE rowid = 3;

-- 13_weights: examined fish's K
UPDATE health_sampling_event SET avg_k_factor = avg_k_factor + 0.01 WHERE rowid = 3;

-- 13_weights: fish weighed and measured
UPDATE health_sampling_event SET calculated_sample_size = calculated_sample_size - 1 WHERE rowid = 3;

-- 13_weights: examined fish
DELETE FROM individual_fish_observation WHERE rowid = 45;

-- 13_weights: adult_female: lean to neither side
UPDATE lice_count SET count_value = 3 * count_value + 1;

-- 13_weights: mobile: lean to neither side
UPDATE lice_truth SET mobile = 3 * mobile WHERE batch_id = 1;

-- 13_weights: attached: as many as there were
UPDATE lice_truth SET attached = attached / 20;

-- 14_capacity: within the container's limits
UPDATE batch SET over_capacity_planned = false WHERE id = 3;

-- 14_capacity: flagged by the plan
UPDATE batch SET over_capacity_planned = true WHERE id = 2;

-- 14_capacity: within the container's limits
UPDATE container SET max_density_kg_m3 = 0.1
WHERE id = (SELECT container_id FROM container_assignment WHERE id = 1034);

-- 15_harvest: first day of the target
UPDATE batch SET harvest_target_g = harvest_target_g - 40 WHERE id = 1;

-- 15_harvest: harvest weight as planned
UPDATE batch SET harvest_target_g = harvest_target_g + 1 WHERE id = 1;

-- 15_harvest: first day of the target
UPDATE batch SET harvest_target_g = 500 WHERE id = 2;

-- 15_harvest: first day of the target
UPDATE batch SET harvest_reason = 'WEIGHT' WHERE id = 3;

-- 15_harvest: of the fish alive
UPDATE harvest_event SET harvested_count = harvested_count - 1 WHERE rowid = 0;

-- 15_harvest: of the fish alive
DELETE FROM harvest_event WHERE rowid = 0;

-- 15_harvest: on the last day
UPDATE harvest_event SET event_date = event_date - INTERVAL 1 DAY WHERE rowid = 0;

-- 15_harvest: live weight
UPDATE harvest_event SET live_weight_kg = live_weight_kg * 1.001 WHERE rowid = 0;

-- 15_harvest: lots sum
UPDATE harvest_lot SET unit_count = unit_count + 1 WHERE rowid = 0;

-- 15_harvest: lots sum
UPDATE harvest_lot SET live_weight_kg = live_weight_kg + 0.001 WHERE rowid = 0;

-- 15_harvest: gutted
UPDATE harvest_lot SET gutted_weight_kg = live_weight_kg WHERE rowid = 0;

-- 15_harvest: fast for a treatment
UPDATE feeding_event
SET feeding_date = (SELECT max(treatment_date)::DATE FROM treatment WHERE batch_assignment_id = 1034)
WHERE batch_assignment_id = 1034 AND feeding_date = day(1034, 9);

-- 12_feed_growth: what was fed and grew
UPDATE container_feeding_summary SET period_end = period_end + 7
WHERE rowid = (SELECT max(rowid) FROM container_feeding_summary WHERE container_assignment_id = 1034);

-- 11_feed_balance: is what is left of it
UPDATE feed_container_stock SET quantity_kg = quantity_kg + 0.01 WHERE rowid = 0;

-- 11_feed_balance: is what is left of it
DELETE FROM feed_container_stock WHERE rowid = 0;

-- 11_feed_balance: is what is left of it
INSERT INTO feed_container_stock SELECT * REPLACE ((SELECT min(id) FROM feed_purchase WHERE closing_kg = 0)
    AS feed_purchase_id) FROM feed_container_stock WHERE rowid = 0;

-- 11_feed_balance: no more in store than it holds
UPDATE feed_container SET capacity_kg = 100
WHERE id = (SELECT feed_container_id FROM feeding_event WHERE batch_assignment_id = 1034 LIMIT 1);

-- 12_feed_growth: what was fed and grew
UPDATE container_feeding_summary SET total_feed_kg = total_feed_kg + 0.01 WHERE rowid = 5;

-- 12_feed_growth: what was fed and grew
UPDATE container_feeding_summary SET growth_kg = growth_kg * 1.01
WHERE rowid = (SELECT max(rowid) - 3 FROM container_feeding_summary WHERE container_assignment_id = 1034);

-- 12_feed_growth: what was fed and grew
DELETE FROM container_feeding_summary WHERE rowid = 5;

-- 12_feed_growth: what was fed and grew
UPDATE container_feeding_summary SET data_points = data_points + 1 WHERE rowid = 5;

-- 12_feed_growth: what was fed and grew
UPDATE container_feeding_summary SET period_start = period_start - 1 WHERE rowid = 5;

-- 12_feed_growth: growth is not negative
UPDATE container_feeding_summary SET growth_kg = -0.01 WHERE rowid = 5;

-- 12_feed_growth: sum of its containers
UPDATE batch_feeding_summary SET period_end = period_end + 7 WHERE rowid = 5;

-- 12_feed_growth: follow its weighings
DELETE FROM growth_sample WHERE assignment_id = 1034;

-- 12_feed_growth: follow its weighings
UPDATE container_feeding_summary SET confidence_level = 'LOW' WHERE rowid = 5;

-- 12_feed_growth: summary: feed / growth
UPDATE container_feeding_summary SET fcr = fcr + 0.002 WHERE rowid = 5;

-- 12_feed_growth: batch's summary: feed / growth
UPDATE batch_feeding_summary SET fcr = NULL WHERE rowid = 5;

-- 12_feed_growth: sum of its containers
UPDATE batch_feeding_summary SET total_growth_kg = total_growth_kg + 0.01 WHERE rowid = 5;

-- 12_feed_growth: sum of its containers
UPDATE batch_feeding_summary SET average_biomass_kg = average_biomass_kg + 0.02 WHERE rowid = 5;

-- 12_feed_growth: sum of its containers
UPDATE batch_feeding_summary SET overall_confidence_level = 'LOW' WHERE rowid = 5;

-- 12_feed_growth: feed a day / average biomass
UPDATE batch_feeding_summary SET average_feeding_percentage = average_feeding_percentage + 0.01 WHERE rowid = 5;

-- 15_harvest: is of its size class
UPDATE harvest_lot SET size_class = '9+' WHERE rowid = 0;

-- 15_harvest: waste is what gutting took
UPDATE harvest_waste SET weight_kg = weight_kg + 0.001 WHERE rowid = 0;

-- 15_harvest: waste is what gutting took
DELETE FROM harvest_waste WHERE category = 'DISCARD' AND rowid < 2;

-- 15_harvest: one finance fact a lot
UPDATE fact_harvest SET quantity_kg = quantity_kg + 0.001 WHERE rowid = 0;

-- 15_harvest: one finance fact a lot
DELETE FROM fact_harvest WHERE rowid = 0;

-- 15_harvest: one finance fact a lot
UPDATE fact_harvest SET dim_site_id = 1 WHERE rowid = 0;

-- 15_harvest: paid for once
UPDATE intercompany_transaction SET amount = amount + 0.01 WHERE rowid = 0;

-- 15_harvest: paid for once
UPDATE intercompany_transaction SET amount = amount + 0.02 WHERE rowid = 1;

-- 15_harvest: paid for once
DELETE FROM intercompany_transaction WHERE rowid = 2;

-- 15_harvest: paid for once
UPDATE intercompany_transaction SET policy_id = policy_id + 1 WHERE rowid = 2;

-- 15_harvest: paid for once
UPDATE intercompany_transaction SET posting_date = posting_date - 1 WHERE rowid = 2;

-- 15_harvest: paid for once
UPDATE intercompany_transaction SET currency = 'GBP' WHERE rowid = 0;

-- 15_harvest: numbered in order of time
UPDATE intercompany_transaction SET posting_date = posting_date + 900 WHERE rowid = 0;

-- 15_harvest: names its transaction
UPDATE transfer_workflow SET finance_transaction_id = NULL WHERE finance_transaction_id IS NOT NULL AND batch_id = 1;

-- 16_daily_states: one state a day
DELETE FROM daily_state WHERE rowid = 200;

-- 16_daily_states: one truth a day
DELETE FROM daily_truth WHERE rowid = 200;

-- 16_daily_states: one truth a day
INSERT INTO daily_truth SELECT * FROM daily_truth WHERE rowid = 200;

-- 16_daily_states: the same in state and truth
UPDATE daily_truth SET population = population + 1 WHERE rowid = 200;

-- 16_daily_states: the same in state and truth
UPDATE daily_truth SET feed_kg = feed_kg + 0.0001 WHERE assignment_id = 1034 AND date = day(1034, 3);

-- 16_daily_states: one state a day
INSERT INTO daily_state SELECT * FROM daily_state WHERE rowid = 200;

-- 16_daily_states: one state a day
UPDATE daily_state SET date = date + 1 WHERE rowid = 200;

-- 16_daily_states: deaths = mortality events
UPDATE daily_state SET mortality_count = mortality_count + 1 WHERE rowid = 200;

-- 16_daily_states: feed = meals
UPDATE daily_state SET feed_kg = feed_kg + 0.0001 WHERE assignment_id = 1034 AND date = day(1034, 3);

-- 16_daily_states: feed = meals
DELETE FROM feeding_event WHERE rowid = 100;

-- 16_daily_states: less the dead
DELETE FROM mortality_event WHERE rowid = 100;

-- 16_daily_states: less the dead
UPDATE daily_state SET population = population + 1 WHERE rowid = 200;

-- 16_daily_states: anchor
UPDATE daily_state SET anchor_type = NULL WHERE assignment_id = 1034 AND date = day(1034, 0);

-- 16_daily_states: anchor
UPDATE daily_state SET anchor_type = 'growth_sample' WHERE assignment_id = 1034 AND date = day(1034, 1);

-- 16_daily_states: anchor
UPDATE daily_state SET anchor_type = 'vaccination' WHERE assignment_id = 1034 AND date = day(1034, 1);

-- 16_daily_states: measured where fish were weighed
UPDATE daily_state SET weight_source = 'measured' WHERE assignment_id = 1034 AND date = day(1034, 1);

-- 16_daily_states: confidence is 1
UPDATE daily_state SET weight_confidence = 0.9 WHERE assignment_id = 1034 AND date = day(1034, 6);

-- 16_daily_states: confidence is 1
UPDATE daily_state SET weight_confidence = 1 WHERE assignment_id = 1034 AND date = day(1034, 3);

-- 16_daily_states: assignment's weight
UPDATE container_assignment SET avg_weight_g = avg_weight_g + 0.01 WHERE id = 1034;

-- 17_readings: readings a day x days
DELETE FROM environmental_reading WHERE rowid = 1000;

-- 17_readings: readings a day x days
DELETE FROM environmental_reading WHERE batch_container_assignment_id = 1034 AND parameter_id = 8;

-- 17_readings: at a time of its own
UPDATE environmental_reading SET reading_time = reading_time + INTERVAL 1 HOUR WHERE rowid = 1000;

-- 17_readings: at a time of its own
UPDATE environmental_reading SET reading_time = reading_time + INTERVAL 4 HOUR WHERE rowid = 1000;

-- 17_readings: in physical range
UPDATE environmental_reading SET value = 31 WHERE rowid = 10;

-- 17_readings: what the sensor measures
UPDATE environmental_reading SET parameter_id = 8
WHERE batch_container_assignment_id = 1034 AND parameter_id = 3;

-- 17_readings: readings a day x days
UPDATE environmental_reading SET sensor_id = sensor_id + 5000
WHERE batch_container_assignment_id = 1034 AND parameter_id = 3;

-- 17_readings: mean temperature of the stay
UPDATE environmental_reading SET value = value + 0.6
WHERE batch_container_assignment_id = 1034 AND parameter_id = 1;

-- 17_readings: mean dissolved oxygen of the stay
UPDATE environmental_reading SET value = value + 20
WHERE batch_container_assignment_id = 1030 AND parameter_id = 2;

-- 17_readings: temperature of the day
UPDATE environmental_reading SET value = value + 1.5
WHERE batch_container_assignment_id = 1034 AND parameter_id = 1 AND reading_time = day(1034, 100)::TIMESTAMP;

-- 17_readings: temperature of the day
UPDATE daily_truth SET temp_c = temp_c + 0.3 WHERE assignment_id = 1034 AND date = day(1034, 100);

-- 17_readings: mean of what was read
UPDATE daily_state SET temp_c = temp_c + 0.02 WHERE assignment_id = 1034 AND date = day(1034, 100);

-- 17_readings: mean of what was read
UPDATE daily_state SET temp_source = 'interpolated' WHERE assignment_id = 1034 AND date = day(1034, 100);

-- 17_readings: temperature of the day
DELETE FROM sensor_fault WHERE kind = 'SPIKE';

-- 17_readings: dissolved oxygen of the day
UPDATE environmental_reading SET value = value - 16
WHERE batch_id = 2 AND parameter_id = 2 AND reading_time::DATE = day(1034, 200);

-- 17_readings: less dropouts
DELETE FROM sensor_fault WHERE kind = 'DROPOUT';

-- 17_readings: less dropouts
UPDATE sensor_fault SET kind = 'SPIKE' WHERE kind = 'DROPOUT';

-- 17_readings: nothing is read while it drops out
UPDATE sensor_fault SET start_time = start_time - INTERVAL 4 HOUR, end_time = end_time - INTERVAL 4 HOUR
WHERE kind = 'DROPOUT' AND date_part('hour', start_time) >= 4;

-- 17_readings: fill its time
UPDATE sensor_fault SET readings = readings + 1 WHERE kind = 'FLAT_LINE';

-- 17_readings: one fault at a time
INSERT INTO sensor_fault SELECT * REPLACE (start_time + INTERVAL 4 HOUR AS start_time, readings - 1 AS readings)
FROM sensor_fault WHERE kind = 'FLAT_LINE' AND readings > 2;

-- 17_readings: lies in the sensor's stay
UPDATE sensor_fault SET start_time = start_time - INTERVAL 400 DAY WHERE kind = 'SPIKE';

-- 17_readings: lies in the sensor's stay
UPDATE sensor_fault SET sensor_id = sensor_id + 100 WHERE kind = 'SPIKE';

-- 17_readings: repeats one value
UPDATE environmental_reading r SET value = value + 0.01 FROM sensor_fault f
WHERE f.kind = 'FLAT_LINE' AND f.sensor_id = r.sensor_id AND r.reading_time > f.start_time AND r.reading_time < f.end_time
    AND date_part('hour', r.reading_time) = 8;

-- 17_readings: same in every stay
UPDATE environmental_reading SET value = value + 0.25
WHERE batch_container_assignment_id = 1024 AND parameter_id = 1;

-- 17_readings: Salinity of the area
UPDATE environmental_reading SET value = value + 1.2
WHERE batch_id = 2 AND parameter_id = 8 AND reading_time::DATE = day(1034, 200);

-- 17_readings: Temperature of the area
UPDATE environmental_reading SET value = value + 0.9
WHERE batch_id = 2 AND parameter_id = 1 AND reading_time::DATE = day(1034, 200);

-- 17_readings: water of the place
UPDATE daily_truth SET temp_c = temp_c + 0.01 WHERE batch_id = 2 AND date = day(1034, 200);

-- 17_readings: water of the place
UPDATE daily_truth SET oxygen_outside = oxygen_outside - 0.01 WHERE assignment_id = 1026 AND date = day(1026, 30);

-- 17_readings: container's own fish take
UPDATE daily_truth SET oxygen_mean = oxygen_mean - 0.5 WHERE batch_id = 2 AND date = day(1034, 200);

-- 17_readings: container's own fish take
UPDATE daily_truth SET oxygen_mean = oxygen_mean + 0.5 WHERE assignment_id = 1034 AND date = day(1034, 200);

-- 17_readings: container's own fish take
UPDATE daily_truth SET oxygen_mean = oxygen_mean - 0.5 WHERE assignment_id = 1026 AND date = day(1026, 30);

-- 18_names: transfer number is unique
UPDATE transfer_workflow SET workflow_number = 'TRF-1';

-- 18_names: creation number is unique
UPDATE creation_workflow SET workflow_number = 'CRT-1';

-- 18_names: creation number has 1 to 50 characters
UPDATE creation_workflow SET workflow_number = repeat('x', 51) WHERE rowid = 0;

-- 18_names: deliveries are numbered
UPDATE creation_action SET action_number = action_number + 1
WHERE workflow_id = (SELECT min(workflow_id) FROM creation_action);

-- 18_names: batch number is unique
UPDATE batch SET batch_number = 'FAR-2023-001' WHERE id = 2;

-- 18_names: 1 to 50 characters
UPDATE batch SET batch_number = repeat('x', 51) WHERE id = 2;

-- 18_names: as planned
UPDATE batch SET batch_number = 'other' WHERE id = 2;

-- 18_names: harvest note is unique
UPDATE harvest_event SET document_ref = 'HRV';

-- 18_names: feed lot number is unique
UPDATE feed_purchase SET batch_number = 'LOT' WHERE rowid < 2;

-- 18_names: 1 to n
UPDATE transfer_action SET action_number = action_number + 1
WHERE workflow_id = (SELECT min(workflow_id) FROM transfer_action);

-- 18_names: scenario's name is unique
UPDATE scenario SET name = 'Baseline';

-- 18_names: laboratory's number is unique
UPDATE health_lab_sample SET lab_reference_id = 'LAB' WHERE lab_reference_id IS NOT NULL;

-- 18_names: laboratory's number has 1 to 50 characters
UPDATE health_lab_sample SET lab_reference_id = NULL WHERE rowid = 0;

-- 20_counts: rows of environmental_reading
DELETE FROM environmental_reading WHERE rowid = 5;

-- 20_counts: rows of sensor
DELETE FROM sensor WHERE id = 5;

-- 20_counts: rows of the batch
UPDATE mortality_event SET batch_id = 2 WHERE rowid = 0;

-- 20_counts: footer of lake/daily_state
UPDATE manifest_part SET rows = rows + 1 WHERE table_name = 'daily_state' AND partition = 1;

-- 20_counts: estimate of all tables
UPDATE estimate SET rows = rows * 1.1;

-- 20_counts: a planned batch is in the lake
DELETE FROM batch WHERE id = 5;

-- 21_cutoff: certain at the as-of date
UPDATE batch SET cutoff_forecast = 'ACTIVE' WHERE id = 3;

-- 21_cutoff: batches completed
UPDATE batch SET cutoff_forecast = 'ACTIVE';

-- 21_cutoff: planned to end by the as-of date
UPDATE batch SET cutoff_forecast = 'UNDECIDED' WHERE id = 3;

-- 21_cutoff: not yet in the sea
UPDATE batch SET cutoff_forecast = 'UNDECIDED' WHERE id = 4;

-- 22_forecasts: projected to its scenario's end
DELETE FROM live_forward_projection WHERE batch_id = 4 AND day_number > 880;

-- 22_forecasts: days ahead follow each other
DELETE FROM live_forward_projection WHERE batch_id = 4 AND day_number = 400;

-- 22_forecasts: days ahead follow each other
UPDATE live_forward_projection SET day_number = day_number + 1 WHERE batch_id = 5;

-- 22_forecasts: each day grows from the one before
UPDATE live_forward_projection SET projected_weight_g = projected_weight_g + 1 WHERE batch_id = 4 AND day_number = 300;

-- 22_forecasts: each day grows from the one before
UPDATE live_forward_projection SET temperature_used_c = temperature_used_c + 1 WHERE batch_id = 5 AND day_number = 500;

-- 22_forecasts: each day grows from the one before
UPDATE live_forward_projection SET projected_population = projected_population * 2 WHERE batch_id = 2;

-- 22_forecasts: begins with the last state
UPDATE container_forecast_summary SET current_population = current_population + 1 WHERE rowid = 0;

-- 22_forecasts: begins with the last state
UPDATE container_forecast_summary SET state_confidence = 0.99 WHERE batch_id = 4;

-- 22_forecasts: thresholds as the biology has them
UPDATE container_forecast_summary SET harvest_threshold_g = 4000 WHERE batch_id = 4;

-- 22_forecasts: thresholds as the biology has them
UPDATE container_forecast_summary SET harvest_target_g = harvest_target_g + 1 WHERE batch_id = 4;

-- 22_forecasts: harvest is the first day
UPDATE container_forecast_summary SET projected_harvest_date = projected_harvest_date + 1 WHERE batch_id = 4;

-- 22_forecasts: harvest is the first day
UPDATE container_forecast_summary SET projected_harvest_date = NULL WHERE batch_id = 4;

-- 22_forecasts: harvest is the first day
UPDATE container_forecast_summary SET days_to_harvest = days_to_harvest + 1 WHERE batch_id = 4;

-- 22_forecasts: transfer is the first day
UPDATE container_forecast_summary SET projected_transfer_date = NULL WHERE batch_id = 2;

-- 22_forecasts: transfer is the first day
UPDATE container_forecast_summary SET projected_transfer_weight_g = projected_transfer_weight_g + 1 WHERE batch_id = 5;

-- 22_forecasts: target is met on the first day
UPDATE container_forecast_summary SET target_harvest_date = coalesce(target_harvest_date - 1, state_date) WHERE batch_id = 4;

-- 22_forecasts: original harvest
UPDATE container_forecast_summary SET original_harvest_date = original_harvest_date + 1 WHERE batch_id = 4;

-- 22_forecasts: original harvest
UPDATE container_forecast_summary SET harvest_variance_days = harvest_variance_days + 1 WHERE batch_id = 4;

-- 22_forecasts: attention is due
UPDATE container_forecast_summary SET has_planned_transfer = NOT has_planned_transfer WHERE batch_id = 4;

-- 22_forecasts: attention is due
UPDATE container_forecast_summary SET needs_planning_attention = NOT needs_planning_attention WHERE batch_id = 2;

-- 22_forecasts: bias is that of the last days
UPDATE container_forecast_summary SET temp_bias_window_days = 3 WHERE batch_id = 4;

-- 22_forecasts: a profile has every day of its scenario
DELETE FROM temperature_reading WHERE batch_id = 4 AND day_number = 31;

-- 22_forecasts: a profile has every day of its scenario
UPDATE temperature_reading SET day_number = day_number + 1 WHERE batch_id = 1;

-- 22_forecasts: a profile has every day of its scenario
DELETE FROM tgc_model_stage WHERE batch_id = 3 AND lifecycle_stage = 'Parr';

-- 22_forecasts: temperatures are the profile's
UPDATE temperature_reading SET temperature = temperature + 1 WHERE batch_id = 1 AND day_number = 600;

-- 22_forecasts: temperatures are the profile's
UPDATE temperature_reading SET temperature = temperature + 1 WHERE batch_id = 1 AND day_number = 100;

-- 22_forecasts: temperatures are the profile's
UPDATE live_forward_projection SET temp_bias_c = temp_bias_c + 0.5 WHERE batch_id = 4;

-- 22_forecasts: growth is the model's
UPDATE tgc_model_stage SET tgc_value = tgc_value * 1.1 WHERE batch_id = 1 AND lifecycle_stage = 'Smolt';

-- 22_forecasts: growth is the model's
UPDATE live_forward_projection SET tgc_value_used = tgc_value_used + 0.1 WHERE batch_id = 5 AND day_number = 100;

-- 22_forecasts: growth is the model's
UPDATE scenario_projection SET average_weight = average_weight + 1 WHERE batch_id = 3 AND day_number = 500;

-- 22_forecasts: a profile is known by its name
UPDATE live_forward_projection SET temp_profile_name = 'another' WHERE batch_id = 4 AND day_number = 300;

-- 22_forecasts: a profile is known by its name
UPDATE container_forecast_summary SET temp_profile_name = 'another' WHERE rowid = 0;
-- 17_readings: the weather of an area's day, once and possible
DELETE FROM weather_data WHERE rowid = 5;

-- 17_readings: the weather of an area's day, once and possible
UPDATE weather_data SET wind_direction = 360 WHERE rowid = 5;

-- 17_readings: the weather of an area's day, once and possible
UPDATE weather_data SET "timestamp" = "timestamp" + INTERVAL 2000 DAY WHERE rowid = 5;

-- 17_readings: the weather of an area's day, once and possible
UPDATE weather_data SET batch_id = 2 WHERE batch_id = 1;

-- 17_readings: the light of an area's day, once
DELETE FROM photoperiod_data WHERE rowid = 5;

-- 17_readings: the light of an area's day, once
UPDATE photoperiod_data SET batch_id = 2 WHERE batch_id = 1;

-- 17_readings: a day as long as the sun is up
UPDATE photoperiod_data SET day_length_hours = day_length_hours + 0.02 WHERE rowid = 5;

-- 17_readings: it blows in a storm
UPDATE health_event SET kind = 'STORM';

-- 01_batch_conservation: the dead of a week, by reason
UPDATE mortality_record SET count = count + 1 WHERE rowid = 5;

-- 01_batch_conservation: the dead of a week, by reason
UPDATE mortality_record SET reason_id = 1 + reason_id % 6 WHERE rowid = 5;

-- 01_batch_conservation: the dead of a week, by reason
DELETE FROM mortality_record WHERE rowid = 5;

-- 01_batch_conservation: the dead of a week, by reason
UPDATE mortality_record SET event_date = event_date - INTERVAL 1 DAY WHERE rowid = 5;


-- 22_forecasts: constraints have the thresholds
UPDATE stage_constraint SET max_weight_g = 120 WHERE lifecycle_stage = 'smolt';

-- 22_forecasts: constraints have the thresholds
DELETE FROM stage_constraint WHERE lifecycle_stage = 'harvest';

-- 22_forecasts: constraints have the thresholds
UPDATE stage_constraint SET min_weight_g = 0.2 WHERE min_weight_g < 0.2;

-- 07_foreign_keys: scenario.biological_constraints_id refers to a row
UPDATE scenario SET biological_constraints_id = 2 WHERE batch_id = 2;
