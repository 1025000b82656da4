"""The UAT tables of weather and light, of AquaMind's release of 2026-03-25, read by declaration.parse."""

TEXT = """
environmental_weatherdata
    id bigint identity
    timestamp timestamptz
    temperature numeric(5,2)?
    wind_speed numeric(6,2)?
    wind_direction int?
    precipitation numeric(6,2)?
    wave_height numeric(5,2)?
    wave_period numeric(5,2)?
    wave_direction int?
    cloud_cover int?
    created_at timestamptz
    area_id bigint -> infrastructure_area
    key (id, timestamp)
    index environment_area_id_7e45b9_idx (area_id, timestamp)

environmental_photoperioddata
    id bigint identity
    date date
    day_length_hours numeric(5,2)
    light_intensity numeric(10,2)?
    is_interpolated boolean
    created_at timestamptz
    updated_at timestamptz
    area_id bigint -> infrastructure_area
    unique (area_id, date)
    index environment_area_id_9c8f82_idx (area_id, date)
"""
