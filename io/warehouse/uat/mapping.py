"""Which lake table goes into which table of the target, column by column: the one declaration that all follows.

A target's column takes, in this order: what the table's declaration below says; the lake's column of the same
name, with ids translated as the lake's `references` tell; for created_at and its like, the rule of
warehouse.uat.times; '' for notes. A nullable column without any of these stays null. Anything else is an error when
this is imported.
"""

from __future__ import annotations

from types import MappingProxyType

from lake.tables import EVENT_TABLES
from warehouse.uat.derived import completion, goes_to_sea, provenance_scores, provenance_words, subsidiary, when
from warehouse.uat.expressions import (
    Constant,
    ContentType,
    DimensionValue,
    FirstOf,
    LakeColumn,
    Mapping,
    Password,
    User,
    map_table,
)
from warehouse.uat.people import expert, manager, operator
from warehouse.uat.tables.truth import SCHEMA

# What a transaction is about, as Django numbers its models. A database that we made has no django_content_type, and
# no application that would read these numbers; they only keep (content_type_id, object_id, policy_id) unique.
CONTENT_TYPES = MappingProxyType({("batch", "batchtransferworkflow"): 1, ("harvest", "harvestevent"): 2})

STOCK = (
    map_table("batch", "batch_batch", batch_number=LakeColumn("batch_number", prefixed=True)),
    map_table("container_assignment", "batch_batchcontainerassignment"),
    map_table(
        "transfer_workflow",
        "batch_batchtransferworkflow",
        workflow_number=LakeColumn("workflow_number", prefixed=True),
        completion_percentage=completion("actions_completed", "total_actions_planned"),
        is_intercompany=goes_to_sea(),
        source_subsidiary=subsidiary("FRESHWATER"),
        dest_subsidiary=subsidiary("FARMING"),
        is_dynamic_execution=Constant(False),
        initiated_by_id=manager("FW", "planned_start_date"),
        completed_by_id=manager("FW", "actual_completion_date", where="actual_completion_date"),
    ),
    map_table(
        "transfer_action",
        "batch_transferaction",
        executed_by_id=operator("dest_container_id", "actual_execution_date", where="actual_execution_date"),
        measured_notes=Constant(""),
        selection_method=Constant("AVERAGE"),
        allow_mixed=Constant(False),
        created_via=Constant("PLANNED"),
    ),
    map_table("environmental_reading", "environmental_environmentalreading", is_manual=Constant(False)),
    map_table("feeding_event", "inventory_feedingevent", recorded_by_id=operator("container_id", "feeding_date")),
    map_table("feed_purchase", "inventory_feedpurchase", batch_number=LakeColumn("batch_number", prefixed=True)),
    map_table("mortality_event", "batch_mortalityevent", description=when("is_cull", "Culled")),
    map_table("growth_sample", "batch_growthsample"),
    map_table("individual_growth_observation", "batch_individualgrowthobservation"),
    map_table(
        "daily_state",
        "batch_actualdailyassignmentstate",
        sources=provenance_words(),
        confidence_scores=provenance_scores(),
    ),
    map_table(
        "harvest_event",
        "harvest_harvestevent",
        dest_subsidiary=Constant("LG"),
        document_ref=LakeColumn("document_ref", prefixed=True),
    ),
    map_table("harvest_lot", "harvest_harvestlot"),
)

ORIGIN = (
    map_table(
        "creation_workflow",
        "batch_creationworkflow",
        workflow_number=LakeColumn("workflow_number", prefixed=True),
        progress_percentage=completion("actions_completed", "total_actions"),
        cancelled_by_id=manager("FW", "cancelled_at", where="cancelled_at"),
        created_by_id=manager("FW", "planned_start_date"),
    ),
    map_table(
        "creation_action",
        "batch_creationaction",
        executed_by_id=operator(
            "dest_assignment_id.container_id", "actual_delivery_date", where="actual_delivery_date"
        ),
    ),
    map_table("stage_transition_environment", "environmental_stagetransitionenvironmental"),
)

HEALTH = (
    map_table(
        "lice_count",
        "health_licecount",
        user_id=operator("container_id", "count_date"),
        # the older form of a count, by three kinds; the present one is a type and its value
        adult_female_count=Constant(0),
        adult_male_count=Constant(0),
        juvenile_count=Constant(0),
    ),
    map_table("mortality_record", "health_mortalityrecord"),
    map_table("treatment", "health_treatment", user_id=expert("VET", "treatment_date")),
    map_table("health_sampling_event", "health_healthsamplingevent", sampled_by_id=expert("VET", "sampling_date")),
    map_table("individual_fish_observation", "health_individualfishobservation"),
    map_table("fish_parameter_score", "health_fishparameterscore"),
    map_table("journal_entry", "health_journalentry", user_id=operator("container_id", "entry_date")),
    map_table("health_lab_sample", "health_healthlabsample", recorded_by_id=expert("QA", "sample_date")),
)

TRADE = (
    map_table("feed_container_stock", "inventory_feedcontainerstock"),
    map_table("container_feeding_summary", "inventory_containerfeedingsummary"),
    map_table("batch_feeding_summary", "inventory_batchfeedingsummary"),
    map_table("harvest_waste", "harvest_harvestwaste"),
    map_table("fact_harvest", "finance_factharvest"),
    map_table(
        "intercompany_transaction",
        "finance_intercompanytransaction",
        content_type_id=ContentType(
            (("transfer_workflow_id", "batch", "batchtransferworkflow"), ("event_id", "harvest", "harvestevent"))
        ),
        object_id=FirstOf(("transfer_workflow_id", "event_id")),
    ),
)

OUTLOOK = (
    map_table("temperature_profile", "scenario_temperatureprofile", name=LakeColumn("name", prefixed=True)),
    map_table("temperature_reading", "scenario_temperaturereading"),
    map_table("tgc_model", "scenario_tgcmodel", name=LakeColumn("name", prefixed=True)),
    map_table("tgc_model_stage", "scenario_tgc_model_stage"),
    map_table("scenario", "scenario", name=LakeColumn("name", prefixed=True), created_by_id=User()),
    map_table("projection_run", "scenario_projection_run", created_by_id=User()),
    map_table("scenario_projection", "scenario_scenarioprojection"),
    map_table(
        "live_forward_projection",
        "batch_liveforwardprojection",
        temp_profile_name=LakeColumn("temp_profile_name", prefixed=True),
    ),
    map_table(
        "container_forecast_summary",
        "batch_containerforecastsummary",
        temp_profile_name=LakeColumn("temp_profile_name", prefixed=True),
    ),
    map_table(
        "planned_activity",
        "planning_plannedactivity",
        created_by_id=manager("FW", "due_date"),
        completed_by_id=operator("container_id", "completed_at", where="completed_at"),
    ),
)

SURROUNDINGS = (
    map_table("weather_data", "environmental_weatherdata"),
    map_table("photoperiod_data", "environmental_photoperioddata"),
)

TRUTH = tuple(map_table(table.name, f"{SCHEMA}.{table.name}") for table in EVENT_TABLES if table.truth)

GROUPS = MappingProxyType(
    {
        "stock": STOCK,
        "origin": ORIGIN,
        "health": HEALTH,
        "trade": TRADE,
        "outlook": OUTLOOK,
        "surroundings": SURROUNDINGS,
        "truth": TRUTH,
    }
)
EVENTS: tuple[Mapping, ...] = tuple(mapping for group in GROUPS.values() for mapping in group)

# In such an order that what a key refers to comes first. A place is known by its whole place: halls and containers of
# one name are found at several stations and areas.
DIMENSIONS: tuple[Mapping, ...] = (
    map_table(
        "staff",
        "auth_user",
        key=("username",),
        password=Password("username"),
        is_superuser=Constant(False),
        is_staff=Constant(False),
        is_active=Constant(True),
    ),
    map_table(
        "staff_profile",
        "users_userprofile",
        key=("user_id",),
        user_id=LakeColumn("staff_id"),
        language_preference=Constant("en"),
        date_format_preference=Constant("DMY"),
    ),
    map_table("geography", "infrastructure_geography", key=("name",)),
    map_table("species", "batch_species", key=("name",)),
    map_table("lifecycle_stage", "batch_lifecyclestage", key=("species_id", "name"), order=LakeColumn("id")),
    map_table("environmental_parameter", "environmental_environmentalparameter", key=("name",)),
    map_table("product_grade", "harvest_productgrade", key=("code",)),
    map_table("feed", "inventory_feed", key=("name",), is_active=Constant(True)),
    map_table("container_type", "infrastructure_containertype", key=("name",)),
    map_table(
        "station",
        "infrastructure_freshwaterstation",
        key=("geography_id", "name"),
        station_type=Constant("FRESHWATER"),
        active=Constant(True),
    ),
    map_table(
        "hall",
        "infrastructure_hall",
        key=("freshwater_station_id", "name"),
        freshwater_station_id=LakeColumn("station_id"),
        active=Constant(True),
    ),
    map_table(
        "area",
        "infrastructure_area",
        key=("geography_id", "name"),
        max_biomass=LakeColumn("max_biomass_kg"),
        active=Constant(True),
    ),
    map_table(
        "container",
        "infrastructure_container",
        key=("hall_id", "area_id", "name"),
        hierarchy_role=Constant("HOLDING"),
        active=Constant(True),
        feed_recommendations_enabled=Constant(True),
    ),
    map_table(
        "sensor",
        "infrastructure_sensor",
        key=("container_id", "sensor_type"),
        sensor_type=DimensionValue(column="parameter_id", table="environmental_parameter", value="name"),
        serial_number=Constant(""),
        manufacturer=Constant(""),
        active=Constant(True),
    ),
    map_table(
        "feed_container",
        "infrastructure_feedcontainer",
        key=("hall_id", "area_id", "name"),
        active=Constant(True),
    ),
    map_table(
        "egg_supplier",
        "broodstock_eggsupplier",
        key=("name",),
        certifications=Constant(""),
    ),
    map_table("lice_type", "health_licetype", key=("species", "gender", "development_stage")),
    map_table("health_parameter", "health_healthparameter", key=("name",)),
    map_table("parameter_score_definition", "health_parameterscoredefinition", key=("parameter_id", "score_value")),
    map_table("mortality_reason", "health_mortalityreason", key=("name",), description=Constant("")),
    map_table(
        "vaccination_type",
        "health_vaccinationtype",
        key=("name",),
        manufacturer=Constant(""),
        dosage=Constant(""),
    ),
    map_table("sample_type", "health_sampletype", key=("name",)),
    map_table("company", "finance_dimcompany", key=("geography_id", "subsidiary")),
    map_table(
        "site",
        "finance_dimsite",
        key=("source_model", "source_pk"),
        source_pk=FirstOf(("station_id", "area_id")),
    ),
    map_table(
        "intercompany_policy",
        "finance_intercompanypolicy",
        key=("from_company_id", "to_company_id", "pricing_basis", "product_grade_id"),
    ),
    map_table("biological_constraints", "scenario_biological_constraints", key=("name",)),
    map_table("stage_constraint", "scenario_stage_constraint", key=("constraint_set_id", "lifecycle_stage")),
    map_table("fcr_model", "scenario_fcrmodel", key=("name",)),
    map_table("fcr_model_stage", "scenario_fcrmodelstage", key=("model_id", "stage_id")),
    map_table("mortality_model", "scenario_mortalitymodel", key=("name",)),
    map_table("activity_template", "planning_activitytemplate", key=("name",)),
)

# Dimensions without a place in the target, and why.
STAY_IN_THE_LAKE = MappingProxyType(
    {
        "lice_limit": "AquaMind knows no limits on lice, and those of two runs may differ, which share its master data",
    }
)

# What an added row takes over from the nearest row of its geography in the target, if that has it: how areas are
# grouped is the application's users' affair.
FROM_NEAREST = MappingProxyType({"area": "area_group_id"})

EVENT_MAPPINGS = MappingProxyType({m.lake: m for m in EVENTS})
DIMENSION_MAPPINGS = MappingProxyType({m.lake: m for m in DIMENSIONS})
