"""The UAT tables that receive a run's events, of AquaMind's release of 2026-03-25, read by declaration.parse."""

TEXT = """
batch_batch
    id bigint identity
    batch_number varchar(50) unique
    status varchar(20)
    start_date date
    expected_end_date date?
    actual_end_date date?
    notes text
    created_at timestamptz
    updated_at timestamptz
    lifecycle_stage_id bigint -> batch_lifecyclestage
    species_id bigint -> batch_species
    batch_type varchar(20)
    pinned_projection_run_id bigint? -> scenario_projection_run.run_id

batch_batchcontainerassignment
    id bigint identity
    population_count int +
    biomass_kg numeric(10,2)
    assignment_date date
    is_active boolean
    notes text
    created_at timestamptz
    updated_at timestamptz
    batch_id bigint -> batch_batch
    container_id bigint -> infrastructure_container
    lifecycle_stage_id bigint -> batch_lifecyclestage
    avg_weight_g numeric(10,2)?
    departure_date date?
    last_weighing_date date?
    unique_index unique_active_batch_container (batch_id, container_id) where is_active

batch_batchtransferworkflow
    id bigint identity
    workflow_number varchar(50) unique
    workflow_type varchar(30)
    status varchar(20)
    planned_start_date date
    planned_completion_date date?
    actual_start_date date?
    actual_completion_date date?
    total_source_count int +
    total_transferred_count int +
    total_mortality_count int +
    total_biomass_kg numeric(12,2)
    total_actions_planned int +
    actions_completed int +
    completion_percentage numeric(5,2)
    is_intercompany boolean
    source_subsidiary varchar(20)?
    dest_subsidiary varchar(20)?
    notes text
    cancellation_reason text
    created_at timestamptz
    updated_at timestamptz
    batch_id bigint -> batch_batch
    completed_by_id int? -> auth_user
    dest_lifecycle_stage_id bigint? -> batch_lifecyclestage
    finance_transaction_id bigint? -> finance_intercompanytransaction.tx_id
    initiated_by_id int -> auth_user
    source_lifecycle_stage_id bigint -> batch_lifecyclestage
    planned_activity_id bigint? unique -> planning_plannedactivity
    is_dynamic_execution boolean
    dynamic_completed_at timestamptz?
    dynamic_completed_by_id int? -> auth_user
    dynamic_route_mode varchar(32)?
    estimated_total_biomass_kg numeric(12,2)?
    estimated_total_count int? +
    index batch_batch_batch_i_01b738_idx (batch_id, status)
    index batch_batch_planned_bc83d0_idx (planned_start_date)
    index batch_batch_status_97e7a3_idx (status)
    index batch_batch_workflo_faef0d_idx (workflow_type)

batch_transferaction
    id bigint identity
    action_number int +
    source_population_before int +
    transferred_count int +
    mortality_during_transfer int +
    transferred_biomass_kg numeric(10,2)
    status varchar(20)
    planned_date date?
    actual_execution_date date?
    transfer_method varchar(20)?
    water_temp_c numeric(5,2)?
    oxygen_level numeric(5,2)?
    execution_duration_minutes int? +
    notes text
    created_at timestamptz
    updated_at timestamptz
    dest_assignment_id bigint? -> batch_batchcontainerassignment
    executed_by_id int? -> auth_user
    source_assignment_id bigint -> batch_batchcontainerassignment
    workflow_id bigint -> batch_batchtransferworkflow
    measured_avg_weight_g numeric(10,2)?
    measured_std_dev_weight_g numeric(10,2)?
    measured_sample_size int? +
    measured_avg_length_cm numeric(10,2)?
    measured_notes text
    selection_method varchar(16)
    allow_mixed boolean
    created_via varchar(20)
    dest_container_id bigint? -> infrastructure_container
    executed_at timestamptz?
    leg_type varchar(32)?
    unique (workflow_id, action_number)
    index batch_trans_actual__96ce99_idx (actual_execution_date)
    index batch_trans_status_d4e717_idx (status)
    index batch_trans_workflo_34b086_idx (workflow_id, status)

batch_creationworkflow
    id bigint identity
    workflow_number varchar(50) unique
    status varchar(20)
    egg_source_type varchar(20)
    external_supplier_batch_number varchar(100)
    external_cost_per_thousand numeric(10,2)?
    total_eggs_planned int +
    total_eggs_received int +
    total_mortality_on_arrival int +
    planned_start_date date
    planned_completion_date date
    actual_start_date date?
    actual_completion_date date?
    total_actions int +
    actions_completed int +
    progress_percentage numeric(5,2)
    cancellation_reason text
    cancelled_at timestamptz?
    notes text
    created_at timestamptz
    updated_at timestamptz
    batch_id bigint -> batch_batch
    cancelled_by_id int? -> auth_user
    created_by_id int? -> auth_user
    egg_production_id bigint? -> broodstock_eggproduction
    external_supplier_id bigint? -> broodstock_eggsupplier
    index batch_creat_egg_sou_1926d2_idx (egg_source_type)
    index batch_creat_planned_60a745_idx (planned_start_date)
    index batch_creat_status_b5c8e8_idx (status)

batch_creationaction
    id bigint identity
    action_number int +
    status varchar(20)
    egg_count_planned int +
    egg_count_actual int? +
    mortality_on_arrival int +
    expected_delivery_date date
    actual_delivery_date date?
    delivery_method varchar(20)?
    water_temp_on_arrival numeric(5,2)?
    egg_quality_score smallint? +
    execution_duration_minutes int? +
    notes text
    created_at timestamptz
    updated_at timestamptz
    dest_assignment_id bigint -> batch_batchcontainerassignment
    executed_by_id int? -> auth_user
    workflow_id bigint -> batch_creationworkflow
    unique creation_action_workflow_number_uniq (workflow_id, action_number)
    index batch_creat_expecte_8f0f08_idx (expected_delivery_date)
    index batch_creat_workflo_eea6dc_idx (workflow_id, status)

environmental_stagetransitionenvironmental
    id bigint identity
    temperature numeric(5,2)?
    oxygen numeric(5,2)?
    salinity numeric(5,2)?
    ph numeric(4,2)?
    additional_parameters jsonb?
    notes text
    created_at timestamptz
    updated_at timestamptz
    batch_transfer_workflow_id bigint -> batch_batchtransferworkflow

environmental_environmentalreading
    id bigint identity
    value numeric(10,4)
    reading_time timestamptz
    is_manual boolean
    notes text
    created_at timestamptz
    batch_id bigint? -> batch_batch
    container_id bigint? -> infrastructure_container
    parameter_id bigint -> environmental_environmentalparameter
    recorded_by_id int? -> auth_user
    sensor_id bigint? -> infrastructure_sensor
    batch_container_assignment_id bigint? ref
    key (id, reading_time)
    index environment_batch_c_343740_idx (batch_container_assignment_id, parameter_id, reading_time)
    index environment_batch_i_e1fe9c_idx (batch_id, parameter_id, reading_time)
    index environment_contain_a6622f_idx (container_id, parameter_id, reading_time)

inventory_feedingevent
    id bigint identity
    feeding_date date
    feeding_time time
    amount_kg numeric(10,4)
    batch_biomass_kg numeric(10,2)
    feeding_percentage numeric(8,6)?
    method varchar(20)
    notes text
    created_at timestamptz
    updated_at timestamptz
    batch_id bigint -> batch_batch
    batch_assignment_id bigint? -> batch_batchcontainerassignment
    container_id bigint -> infrastructure_container
    feed_id bigint -> inventory_feed
    recorded_by_id int? -> auth_user
    feed_cost numeric(10,2)?

inventory_feedpurchase
    id bigint identity
    purchase_date date
    quantity_kg numeric(10,2)
    cost_per_kg numeric(10,2)
    supplier varchar(100)
    batch_number varchar(100)
    expiry_date date?
    notes text
    created_at timestamptz
    updated_at timestamptz
    feed_id bigint -> inventory_feed

batch_mortalityevent
    id bigint identity
    event_date date
    count int +
    biomass_kg numeric(10,2)
    cause varchar(20)
    description text
    created_at timestamptz
    updated_at timestamptz
    batch_id bigint -> batch_batch
    assignment_id bigint? -> batch_batchcontainerassignment

batch_growthsample
    id bigint identity
    sample_date date
    sample_size int +
    avg_weight_g numeric(10,2)
    avg_length_cm numeric(10,2)?
    std_deviation_weight numeric(10,2)?
    std_deviation_length numeric(10,2)?
    min_weight_g numeric(10,2)?
    max_weight_g numeric(10,2)?
    condition_factor numeric(10,2)?
    notes text?
    created_at timestamptz
    updated_at timestamptz
    assignment_id bigint -> batch_batchcontainerassignment

batch_individualgrowthobservation
    id bigint identity
    fish_identifier varchar(50)
    weight_g numeric(10,2)
    length_cm numeric(10,2)
    created_at timestamptz
    updated_at timestamptz
    growth_sample_id bigint -> batch_growthsample
    unique (growth_sample_id, fish_identifier)

batch_actualdailyassignmentstate
    id bigint identity
    date date index
    day_number int +
    avg_weight_g numeric(10,2)
    population int +
    biomass_kg numeric(12,2)
    temp_c numeric(5,2)?
    mortality_count int +
    feed_kg numeric(10,2)
    observed_fcr numeric(8,3)?
    anchor_type varchar(20)?
    sources jsonb
    confidence_scores jsonb
    last_computed_at timestamptz
    assignment_id bigint -> batch_batchcontainerassignment
    batch_id bigint -> batch_batch
    container_id bigint -> infrastructure_container
    lifecycle_stage_id bigint -> batch_lifecyclestage
    planned_activity_id int?
    key (id, date)
    unique unique_assignment_date (assignment_id, date)
    index idx_anchor_type (anchor_type)
    index idx_assignment_date (assignment_id, date)
    index idx_batch_date (batch_id, date)
    index idx_date (date)

harvest_harvestevent
    id bigint identity
    event_date timestamptz index
    dest_subsidiary varchar(3)?
    document_ref varchar(100)
    created_at timestamptz
    updated_at timestamptz
    assignment_id bigint -> batch_batchcontainerassignment
    batch_id bigint -> batch_batch
    dest_geography_id bigint? -> infrastructure_geography
    index harvest_har_dest_su_86e9c4_idx (dest_subsidiary)
    index harvest_har_event_d_b1dbec_idx (event_date, batch_id)

harvest_harvestlot
    id bigint identity
    live_weight_kg numeric(12,3)
    gutted_weight_kg numeric(12,3)?
    fillet_weight_kg numeric(12,3)?
    unit_count int +
    created_at timestamptz
    updated_at timestamptz
    event_id bigint -> harvest_harvestevent
    product_grade_id bigint -> harvest_productgrade
"""
