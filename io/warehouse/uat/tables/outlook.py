"""The UAT's tables of what is expected: models, scenarios, projections, forecasts, plans, read by declaration.parse."""

TEXT = """
scenario_temperatureprofile
    profile_id bigint identity
    name varchar(255) unique
    created_at timestamptz
    updated_at timestamptz
    key (profile_id)

scenario_temperaturereading
    reading_id bigint identity
    temperature float8
    created_at timestamptz
    updated_at timestamptz
    profile_id bigint -> scenario_temperatureprofile.profile_id
    day_number int
    key (reading_id)
    unique (profile_id, day_number)

scenario_tgcmodel
    model_id bigint identity
    name varchar(255) unique
    location varchar(255)
    release_period varchar(255)
    tgc_value float8
    exponent_n float8
    exponent_m float8
    created_at timestamptz
    updated_at timestamptz
    profile_id bigint -> scenario_temperatureprofile.profile_id
    key (model_id)

scenario_tgc_model_stage
    id bigint identity
    lifecycle_stage varchar(20)
    tgc_value numeric(6,4)
    temperature_exponent numeric(4,2)
    weight_exponent numeric(4,2)
    tgc_model_id bigint -> scenario_tgcmodel.model_id
    unique (tgc_model_id, lifecycle_stage)

scenario_fcrmodel
    model_id bigint identity
    name varchar(255) unique
    created_at timestamptz
    updated_at timestamptz
    key (model_id)

scenario_fcrmodelstage
    id bigint identity
    fcr_value float8
    duration_days int
    created_at timestamptz
    updated_at timestamptz
    model_id bigint -> scenario_fcrmodel.model_id
    stage_id bigint -> batch_lifecyclestage
    unique (model_id, stage_id)

scenario_mortalitymodel
    model_id bigint identity
    name varchar(255) unique
    frequency varchar(10)
    rate float8
    created_at timestamptz
    updated_at timestamptz
    key (model_id)

scenario_biological_constraints
    id bigint identity
    name varchar(100) unique
    description text
    is_active boolean
    created_at timestamptz
    updated_at timestamptz
    created_by_id int? -> auth_user

scenario_stage_constraint
    id bigint identity
    lifecycle_stage varchar(20)
    min_weight_g numeric(10,2)
    max_weight_g numeric(10,2)
    min_temperature_c numeric(5,2)?
    max_temperature_c numeric(5,2)?
    typical_duration_days int?
    max_freshwater_weight_g numeric(10,2)?
    constraint_set_id bigint -> scenario_biological_constraints
    unique (constraint_set_id, lifecycle_stage)

scenario as scenario_scenario
    scenario_id bigint identity
    name varchar(255)
    start_date date
    duration_days int
    initial_count int
    genotype varchar(255)
    supplier varchar(255)
    initial_weight float8?
    created_at timestamptz
    updated_at timestamptz
    batch_id bigint? -> batch_batch
    created_by_id int? -> auth_user
    fcr_model_id bigint -> scenario_fcrmodel.model_id
    mortality_model_id bigint -> scenario_mortalitymodel.model_id
    tgc_model_id bigint -> scenario_tgcmodel.model_id
    biological_constraints_id bigint? -> scenario_biological_constraints as scenario
    key (scenario_id)
    index scenario_created_277418_idx (created_by_id)
    index scenario_start_d_75cb3d_idx (start_date)

scenario_projection_run
    run_id bigint identity
    run_date timestamptz
    run_number int +
    label varchar(100)
    parameters_snapshot jsonb
    notes text
    total_projections int +
    final_weight_g float8?
    final_biomass_kg float8?
    created_at timestamptz
    updated_at timestamptz
    created_by_id int? -> auth_user
    scenario_id bigint -> scenario.scenario_id
    key (run_id)
    unique (scenario_id, run_number)
    index scenario_pr_run_num_231c54_idx (run_number)
    index scenario_pr_scenari_58c6d2_idx (scenario_id, run_date DESC)

scenario_scenarioprojection
    projection_id bigint identity
    projection_date date
    day_number int
    average_weight float8
    population float8
    biomass float8
    daily_feed float8
    cumulative_feed float8
    temperature float8
    created_at timestamptz
    updated_at timestamptz
    current_stage_id bigint -> batch_lifecyclestage
    projection_run_id bigint? -> scenario_projection_run.run_id
    key (projection_id)
    index scenario_sc_project_68d05b_idx (projection_run_id, day_number)
    index scenario_sc_project_7a2ab2_idx (projection_run_id, projection_date)

batch_liveforwardprojection
    id bigint identity
    computed_date date index
    projection_date date index
    day_number int +
    projected_weight_g numeric(10,2)
    projected_population int +
    projected_biomass_kg numeric(12,2)
    temperature_used_c numeric(5,2)
    tgc_value_used numeric(8,4)
    temp_profile_id int? +
    temp_profile_name varchar(255)
    temp_bias_c numeric(5,2)
    temp_bias_window_days int +
    temp_bias_clamp_min_c numeric(5,2)
    temp_bias_clamp_max_c numeric(5,2)
    assignment_id bigint -> batch_batchcontainerassignment
    batch_id bigint -> batch_batch
    container_id bigint -> infrastructure_container
    index idx_lfp_assignment_projdate (computed_date, assignment_id, projection_date)
    index idx_lfp_computed_assignment (computed_date, assignment_id)
    index idx_lfp_computed_batch (computed_date, batch_id)
    index idx_lfp_projdate_weight (projection_date, projected_weight_g)

batch_containerforecastsummary
    assignment_id bigint -> batch_batchcontainerassignment
    current_weight_g numeric(10,2)
    current_population int +
    current_biomass_kg numeric(12,2)
    state_date date
    state_day_number int +
    state_confidence numeric(3,2)
    projected_harvest_date date?
    projected_harvest_weight_g numeric(10,2)?
    days_to_harvest int? +
    harvest_threshold_g numeric(10,2)?
    projected_transfer_date date?
    projected_transfer_weight_g numeric(10,2)?
    days_to_transfer int? +
    transfer_threshold_g numeric(10,2)?
    original_harvest_date date?
    harvest_variance_days int?
    has_planned_harvest boolean
    has_planned_transfer boolean
    needs_planning_attention boolean
    temp_profile_name varchar(255)
    temp_bias_c numeric(5,2)
    temp_bias_window_days int +
    last_computed timestamptz
    computed_date date?
    key (assignment_id)
    index idx_cfs_harvest_date (projected_harvest_date)
    index idx_cfs_needs_attention (needs_planning_attention)
    index idx_cfs_transfer_date (projected_transfer_date)

planning_activitytemplate
    id bigint identity
    name varchar(200) unique
    description text?
    activity_type varchar(50)
    trigger_type varchar(20)
    day_offset int?
    weight_threshold_g numeric(10,2)?
    notes_template text?
    is_active boolean
    created_at timestamptz
    updated_at timestamptz
    target_lifecycle_stage_id bigint? -> batch_lifecyclestage

planning_plannedactivity
    id bigint identity
    activity_type varchar(50)
    due_date date
    status varchar(20)
    notes text?
    created_at timestamptz
    updated_at timestamptz
    completed_at timestamptz?
    batch_id bigint -> batch_batch
    completed_by_id int? -> auth_user
    container_id bigint? -> infrastructure_container
    created_by_id int -> auth_user
    scenario_id bigint -> scenario.scenario_id
    transfer_workflow_id bigint? -> batch_batchtransferworkflow
    index idx_pa_batch_status (batch_id, status)
    index idx_pa_scenario_due_date (scenario_id, due_date)
    index idx_pa_type_status (activity_type, status)
"""
