"""The UAT's tables of fish health, masters and events, read by declaration.parse."""

TEXT = """
health_licetype
    id bigint identity
    species varchar(100)
    gender varchar(20)
    development_stage varchar(50)
    description text
    is_active boolean
    created_at timestamptz
    updated_at timestamptz
    unique (species, gender, development_stage)
    index health_lice_is_acti_ae0e03_idx (is_active)
    index health_lice_species_6bb9eb_idx (species, development_stage)

health_healthparameter
    id bigint identity
    name varchar(100) unique
    is_active boolean
    created_at timestamptz
    updated_at timestamptz
    description text?
    max_score int
    min_score int

health_parameterscoredefinition
    id bigint identity
    score_value int
    label varchar(50)
    description text
    display_order int
    created_at timestamptz
    updated_at timestamptz
    parameter_id bigint -> health_healthparameter
    unique (parameter_id, score_value)

health_mortalityreason
    id bigint identity
    name varchar(100) unique
    description text
    parent_id bigint? -> health_mortalityreason

health_vaccinationtype
    id bigint identity
    name varchar(100) unique
    manufacturer varchar(100)
    dosage varchar(100)
    description text

health_sampletype
    id bigint identity
    name varchar(100) unique
    description text

health_licecount
    id bigint identity
    count_date timestamptz
    adult_female_count int +
    adult_male_count int +
    juvenile_count int +
    fish_sampled int +
    notes text
    batch_id bigint -> batch_batch
    container_id bigint? -> infrastructure_container
    user_id int -> auth_user
    confidence_level numeric(3,2)?
    count_value int? +
    detection_method varchar(50)?
    lice_type_id bigint? -> health_licetype
    assignment_id bigint? -> batch_batchcontainerassignment

health_mortalityrecord
    id bigint identity
    event_date timestamptz
    count int +
    notes text
    batch_id bigint -> batch_batch
    container_id bigint? -> infrastructure_container
    reason_id bigint -> health_mortalityreason
    assignment_id bigint? -> batch_batchcontainerassignment

health_treatment
    id bigint identity
    treatment_date timestamptz
    treatment_type varchar(20)
    description text
    dosage varchar(100)
    duration_days int +
    withholding_period_days int +
    outcome varchar(20)
    batch_id bigint -> batch_batch
    batch_assignment_id bigint? -> batch_batchcontainerassignment
    container_id bigint? -> infrastructure_container
    user_id int -> auth_user
    vaccination_type_id bigint? -> health_vaccinationtype
    includes_weighing boolean
    sampling_event_id bigint? -> health_healthsamplingevent
    journal_entry_id bigint? -> health_journalentry

health_healthsamplingevent
    id bigint identity
    sampling_date date
    number_of_fish_sampled int +
    notes text?
    created_at timestamptz
    updated_at timestamptz
    assignment_id bigint -> batch_batchcontainerassignment
    sampled_by_id int? -> auth_user
    avg_k_factor numeric(10,4)?
    avg_length_cm numeric(10,2)?
    avg_weight_g numeric(10,2)?
    calculated_sample_size int? +
    max_length_cm numeric(10,2)?
    max_weight_g numeric(10,2)?
    min_length_cm numeric(10,2)?
    min_weight_g numeric(10,2)?
    std_dev_length_cm numeric(10,2)?
    std_dev_weight_g numeric(10,2)?

health_individualfishobservation
    id bigint identity
    fish_identifier varchar(50)
    length_cm numeric(10,2)?
    weight_g numeric(10,2)?
    created_at timestamptz
    updated_at timestamptz
    sampling_event_id bigint -> health_healthsamplingevent
    unique (sampling_event_id, fish_identifier)

health_fishparameterscore
    id bigint identity
    score smallint
    created_at timestamptz
    updated_at timestamptz
    individual_fish_observation_id bigint -> health_individualfishobservation
    parameter_id bigint -> health_healthparameter
    unique (individual_fish_observation_id, parameter_id)

health_journalentry
    id bigint identity
    entry_date timestamptz
    category varchar(20)
    severity varchar(10)?
    description text
    resolution_status boolean
    resolution_notes text
    batch_id bigint -> batch_batch
    container_id bigint? -> infrastructure_container
    user_id int -> auth_user
    created_at timestamptz
    updated_at timestamptz

health_healthlabsample
    id bigint identity
    sample_date date
    date_sent_to_lab date?
    date_results_received date?
    lab_reference_id varchar(100)?
    findings_summary text?
    quantitative_results jsonb?
    attachment varchar(100)?
    notes text?
    created_at timestamptz
    updated_at timestamptz
    batch_container_assignment_id bigint -> batch_batchcontainerassignment
    recorded_by_id int? -> auth_user
    sample_type_id bigint -> health_sampletype
"""
