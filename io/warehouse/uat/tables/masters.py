"""The UAT's master and infrastructure tables that events refer to, read by declaration.parse."""

TEXT = """
auth_user
    id int identity
    password varchar(128)
    last_login timestamptz?
    is_superuser boolean
    username varchar(150) unique
    first_name varchar(150)
    last_name varchar(150)
    email varchar(254)
    is_staff boolean
    is_active boolean
    date_joined timestamptz

users_userprofile
    id bigint identity
    profile_picture varchar(100)?
    job_title varchar(100)?
    department varchar(100)?
    language_preference varchar(5)
    date_format_preference varchar(10)
    created_at timestamptz
    updated_at timestamptz
    user_id int unique -> auth_user
    full_name varchar(150)
    geography varchar(3)
    phone varchar(20)?
    role varchar(20)
    subsidiary varchar(3)

infrastructure_geography
    id bigint identity
    name varchar(100) unique
    description text
    created_at timestamptz
    updated_at timestamptz

infrastructure_freshwaterstation
    id bigint identity
    name varchar(100)
    station_type varchar(20)
    latitude numeric(9,6)
    longitude numeric(9,6)
    description text
    active boolean
    created_at timestamptz
    updated_at timestamptz
    geography_id bigint -> infrastructure_geography

infrastructure_hall
    id bigint identity
    name varchar(100)
    description text
    area_sqm numeric(10,2)?
    active boolean
    created_at timestamptz
    updated_at timestamptz
    freshwater_station_id bigint -> infrastructure_freshwaterstation

infrastructure_areagroup
    id bigint identity
    name varchar(100)
    code varchar(32)
    active boolean
    created_at timestamptz
    updated_at timestamptz
    geography_id bigint -> infrastructure_geography
    parent_id bigint? -> infrastructure_areagroup
    unique uniq_area_group_geo_parent_name (geography_id, parent_id, name)

infrastructure_area
    id bigint identity
    name varchar(100)
    latitude numeric(9,6)
    longitude numeric(9,6)
    max_biomass numeric(12,2)
    active boolean
    created_at timestamptz
    updated_at timestamptz
    geography_id bigint -> infrastructure_geography
    area_group_id bigint? -> infrastructure_areagroup

infrastructure_containertype
    id bigint identity
    name varchar(100)
    category varchar(20)
    max_volume_m3 numeric(10,2)
    description text
    created_at timestamptz
    updated_at timestamptz

infrastructure_transportcarrier
    id bigint identity
    name varchar(100) unique
    carrier_type varchar(20)
    capacity_m3 numeric(10,2)
    license_plate varchar(32)
    imo_number varchar(20)
    captain_contact varchar(255)
    active boolean
    created_at timestamptz
    updated_at timestamptz
    geography_id bigint -> infrastructure_geography

infrastructure_container
    id bigint identity
    name varchar(100)
    volume_m3 numeric(10,2)
    max_biomass_kg numeric(10,2)
    active boolean
    created_at timestamptz
    updated_at timestamptz
    area_id bigint? -> infrastructure_area
    container_type_id bigint -> infrastructure_containertype
    hall_id bigint? -> infrastructure_hall
    feed_recommendations_enabled boolean
    carrier_id bigint? -> infrastructure_transportcarrier
    hierarchy_role varchar(20)
    parent_container_id bigint? -> infrastructure_container
    check container_in_hall_area_or_carrier (num_nonnulls(hall_id, area_id, carrier_id) = 1)

infrastructure_sensor
    id bigint identity
    name varchar(100)
    sensor_type varchar(20)
    serial_number varchar(100)
    manufacturer varchar(100)
    installation_date date?
    last_calibration_date date?
    active boolean
    created_at timestamptz
    updated_at timestamptz
    container_id bigint -> infrastructure_container

infrastructure_feedcontainer
    id bigint identity
    name varchar(100)
    container_type varchar(20)
    capacity_kg numeric(10,2)
    active boolean
    created_at timestamptz
    updated_at timestamptz
    area_id bigint? -> infrastructure_area
    hall_id bigint? -> infrastructure_hall
    check feed_container_in_either_hall_or_area (num_nonnulls(hall_id, area_id) = 1)

inventory_feed
    id bigint identity
    name varchar(100)
    brand varchar(100)
    size_category varchar(20)
    pellet_size_mm numeric(5,2)?
    protein_percentage numeric(5,2)?
    fat_percentage numeric(5,2)?
    carbohydrate_percentage numeric(5,2)?
    description text
    is_active boolean
    created_at timestamptz
    updated_at timestamptz

batch_species
    id bigint identity
    name varchar(100) unique
    scientific_name varchar(200) unique
    description text
    optimal_temperature_min numeric(5,2)?
    optimal_temperature_max numeric(5,2)?
    optimal_oxygen_min numeric(5,2)?
    optimal_ph_min numeric(5,2)?
    optimal_ph_max numeric(5,2)?
    created_at timestamptz
    updated_at timestamptz

batch_lifecyclestage
    id bigint identity
    name varchar(100) unique
    order smallint +
    description text
    expected_weight_min_g numeric(10,2)?
    expected_weight_max_g numeric(10,2)?
    expected_length_min_cm numeric(10,2)?
    expected_length_max_cm numeric(10,2)?
    created_at timestamptz
    updated_at timestamptz
    species_id bigint -> batch_species
    typical_duration_days int? +
    unique (species_id, order)

environmental_environmentalparameter
    id bigint identity
    name varchar(100)
    unit varchar(20)
    description text
    min_value numeric(10,2)?
    max_value numeric(10,2)?
    optimal_min numeric(10,2)?
    optimal_max numeric(10,2)?
    created_at timestamptz
    updated_at timestamptz

harvest_productgrade
    id bigint identity
    code varchar(50) unique
    name varchar(100)
    description text
    created_at timestamptz
    updated_at timestamptz

broodstock_eggsupplier
    id bigint identity
    name varchar(100) unique
    contact_details text
    certifications text
    created_at timestamptz
    updated_at timestamptz
"""
