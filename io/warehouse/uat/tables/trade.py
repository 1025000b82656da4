"""The UAT's tables of feed in store, feeding summaries, harvest waste and finance, read by declaration.parse."""

TEXT = """
inventory_feedcontainerstock
    id bigint identity
    quantity_kg numeric(10,2)
    entry_date timestamptz
    created_at timestamptz
    updated_at timestamptz
    feed_container_id bigint -> infrastructure_feedcontainer
    feed_purchase_id bigint -> inventory_feedpurchase
    index inventory_f_feed_co_cd3df6_idx (feed_container_id, entry_date)
    index inventory_f_feed_pu_89e94c_idx (feed_purchase_id)

inventory_containerfeedingsummary
    id bigint identity
    created_at timestamptz
    updated_at timestamptz
    period_start date
    period_end date
    total_feed_kg numeric(10,2)
    starting_biomass_kg numeric(10,2)?
    ending_biomass_kg numeric(10,2)?
    growth_kg numeric(10,2)?
    fcr numeric(5,3)?
    confidence_level varchar(20)
    estimation_method varchar(20)?
    data_points int +
    batch_id bigint -> batch_batch
    container_assignment_id bigint -> batch_batchcontainerassignment
    unique (container_assignment_id, period_start, period_end)
    index inventory_c_batch_i_f16328_idx (batch_id, period_start, period_end)
    index inventory_c_contain_3994a5_idx (container_assignment_id, period_start)

inventory_batchfeedingsummary
    id bigint identity
    period_start date
    period_end date
    total_feed_kg numeric(10,2)
    average_feeding_percentage numeric(5,2)?
    created_at timestamptz
    updated_at timestamptz
    batch_id bigint -> batch_batch
    total_feed_consumed_kg numeric(10,2)?
    total_biomass_gain_kg numeric(10,2)?
    fcr numeric(5,3)?
    estimation_method varchar(20)?
    container_count int +
    overall_confidence_level varchar(20)
    total_ending_biomass_kg numeric(10,2)?
    total_growth_kg numeric(10,2)?
    total_starting_biomass_kg numeric(10,2)?
    weighted_avg_fcr numeric(5,3)?
    average_biomass_kg numeric(10,2)?
    unique (batch_id, period_start, period_end)

harvest_harvestwaste
    id bigint identity
    category varchar(50)
    weight_kg numeric(12,3)
    created_at timestamptz
    updated_at timestamptz
    event_id bigint -> harvest_harvestevent

finance_dimcompany
    company_id bigint identity
    subsidiary varchar(3)
    display_name varchar(150)
    currency varchar(3)?
    nav_company_code varchar(50)?
    geography_id bigint -> infrastructure_geography
    key (company_id)
    unique dim_company_geography_subsidiary_uniq (geography_id, subsidiary)

finance_dimsite
    site_id bigint identity
    source_model varchar(16)
    source_pk int +
    site_name varchar(150)
    company_id bigint -> finance_dimcompany.company_id
    key (site_id)
    unique dim_site_source_model_pk_uniq (source_model, source_pk)

finance_intercompanypolicy
    policy_id bigint identity
    method varchar(20)
    markup_percent numeric(6,3)?
    created_at timestamptz
    updated_at timestamptz
    from_company_id bigint -> finance_dimcompany.company_id
    product_grade_id bigint? -> harvest_productgrade
    to_company_id bigint -> finance_dimcompany.company_id
    pricing_basis varchar(20)
    lifecycle_stage_id bigint? -> batch_lifecyclestage
    price_per_kg numeric(10,2)?
    price_per_thousand_eggs numeric(10,2)?
    key (policy_id)
    unique_index intercompany_policy_company_grade_uniq (from_company_id, to_company_id, product_grade_id) \
        where pricing_basis = 'grade' AND product_grade_id IS NOT NULL
    unique_index intercompany_policy_company_lifecycle_uniq (from_company_id, to_company_id, lifecycle_stage_id) \
        where lifecycle_stage_id IS NOT NULL AND pricing_basis = 'lifecycle'

finance_factharvest
    fact_id bigint identity
    event_date timestamptz index
    quantity_kg numeric(12,3)
    unit_count int +
    dim_batch_id int +
    created_at timestamptz
    updated_at timestamptz
    dim_company_id bigint -> finance_dimcompany.company_id
    dim_site_id bigint -> finance_dimsite.site_id
    event_id bigint -> harvest_harvestevent
    lot_id bigint unique -> harvest_harvestlot
    product_grade_id bigint -> harvest_productgrade
    key (fact_id)
    index ix_fact_harvest_company_grade (dim_company_id, product_grade_id)
    index ix_fact_harvest_event_date (event_date)

finance_intercompanytransaction
    tx_id bigint identity
    posting_date date index
    amount numeric(14,2)?
    currency varchar(3)?
    state varchar(20)
    created_at timestamptz
    updated_at timestamptz
    event_id bigint? -> harvest_harvestevent
    policy_id bigint -> finance_intercompanypolicy.policy_id
    content_type_id int -> django_content_type
    object_id int +
    approved_by_id int? -> auth_user
    approval_date timestamptz?
    key (tx_id)
    unique intercompany_transaction_source_policy_uniq (content_type_id, object_id, policy_id)
    index ix_interco_ct_objid (content_type_id, object_id)
    index ix_interco_state_posting (state, posting_date)
    index ix_intercompany_posting_date (posting_date)
    unique_index intercompany_transaction_event_policy_uniq (event_id, policy_id) where event_id IS NOT NULL
"""
