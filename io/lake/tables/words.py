"""What the codes of enumerated columns mean, in a few words: TABLE.COLUMN -> code -> meaning."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_BATCH_STATUS = {
    "PLANNED": "no egg placed yet",
    "RECEIVING": "some of its trays have their eggs",
    "ACTIVE": "its fish live",
    "COMPLETED": "harvested",
    "TERMINATED": "given up after the loss of its fish",
    "CANCELLED": "given up before an egg was placed",
}
_WORKFLOW_STATUS = {
    "DRAFT": "not yet decided",
    "PLANNED": "decided, not begun",
    "IN_PROGRESS": "some actions are done",
    "COMPLETED": "all actions are done or skipped",
    "CANCELLED": "given up",
}
_ACTION_STATUS = {
    "PENDING": "yet to be done",
    "IN_PROGRESS": "under way",
    "COMPLETED": "done",
    "FAILED": "tried in vain; another action repeats it",
    "SKIPPED": "not done: nothing to be moved, or the move cancelled",
}
_CAUSE = {
    "DISEASE": "illness",
    "HANDLING": "moves, treatments and what people do",
    "PREDATION": "seals and other predators",
    "ENVIRONMENTAL": "water, weather, jellyfish, algae",
    "UNKNOWN": "nobody could tell",
    "OTHER": "anything else",
}
_CONFIDENCE = {
    "VERY_HIGH": "weighed a few days before",
    "HIGH": "weighed lately",
    "MEDIUM": "weighed a while ago",
    "LOW": "not weighed for long, or never",
}
_MEASURED = {"MEASURED": "weighed in the period", "INTERPOLATED": "not weighed in the period: grown on from before"}
_SUBSIDIARY = {"FW": "freshwater", "FM": "farming at sea", "LG": "logistics and sales"}

CODE_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "batch.status": _BATCH_STATUS,
        "batch.cutoff_forecast": {**_BATCH_STATUS, "UNDECIDED": "harvested or not: growth will tell"},
        "batch.batch_type": {"STANDARD": "one cohort", "MIXED": "of several cohorts"},
        "batch.harvest_reason": {"WEIGHT": "the target weight was reached", "PLAN_END": "the plan's end was near"},
        "transfer_workflow.workflow_type": {
            "LIFECYCLE_TRANSITION": "from one stage to the next",
            "CONTAINER_REDISTRIBUTION": "among containers of one stage",
            "EMERGENCY_CASCADE": "in an emergency",
        },
        "transfer_workflow.status": _WORKFLOW_STATUS,
        "transfer_action.status": _ACTION_STATUS,
        "transfer_action.transfer_method": {
            "NET": "by net",
            "PUMP": "by fish pump",
            "GRAVITY": "by flowing water",
            "MANUAL": "by hand",
        },
        "feeding_event.method": {"MANUAL": "by hand", "AUTOMATIC": "by feeder", "BROADCAST": "spread over the water"},
        "mortality_event.cause": _CAUSE,
        "daily_state.anchor_type": {
            "growth_sample": "the fish were weighed",
            "transfer": "the fish moved in",
            "vaccination": "weighed while vaccinated",
        },
        "daily_state.weight_source": {
            "measured": "a weighing of that day",
            "tgc_computed": "grown on by the TGC model",
        },
        "daily_state.temp_source": {"measured": "sensors", "interpolated": "between days with readings"},
        "daily_state.fcr_source": {"observed": "feed and weighings", "none": "not known yet"},
        "harvest_lot.size_class": {
            **{f"{low}-{low + 1}": f"{low} to {low + 1} kg gutted" for low in range(9)},
            "9+": "9 kg gutted and more",
        },
        "creation_workflow.status": _WORKFLOW_STATUS,
        "creation_workflow.egg_source_type": {"INTERNAL": "own broodstock", "EXTERNAL": "bought"},
        "creation_action.status": _ACTION_STATUS,
        "creation_action.delivery_method": {
            "TRANSPORT": "by lorry",
            "HELICOPTER": "by helicopter",
            "BOAT": "by boat",
            "INTERNAL_TRANSFER": "from an own station",
        },
        "lice_count.detection_method": {
            "manual": "fish in the hand",
            "visual": "by eye",
            "automated": "by machine",
            "camera": "from pictures",
        },
        "treatment.treatment_type": {
            "vaccination": "a vaccine",
            "physical": "heat, jets or freshwater against lice",
            "medication": "a drug",
            "other": "anything else",
        },
        "treatment.method": {
            "THERMAL": "warm seawater against lice",
            "MECHANICAL": "jets of water against lice",
            "FRESHWATER": "a bath in freshwater against lice",
            "H2O2": "hydrogen peroxide against lice",
            "BATH": "a medicine in the water against lice",
            "VACCINE": "injected",
        },
        "treatment.outcome": {
            "pending": "the next count is yet to come",
            "successful": "lice fell as they should",
            "partial": "lice fell, but less",
            "unsuccessful": "lice hardly fell",
        },
        "journal_entry.category": {
            "observation": "seen",
            "issue": "a trouble",
            "action": "done about it",
            "diagnosis": "what it is",
            "treatment": "a treatment",
            "vaccination": "a vaccination",
            "sample": "a sample taken",
        },
        "journal_entry.severity": {"low": "slight", "medium": "worth a look", "high": "grave"},
        "container_feeding_summary.confidence_level": _CONFIDENCE,
        "container_feeding_summary.estimation_method": _MEASURED,
        "batch_feeding_summary.estimation_method": {**_MEASURED, "MIXED": "weighed in some containers"},
        "batch_feeding_summary.overall_confidence_level": _CONFIDENCE,
        "harvest_waste.category": {
            "VISCERA_AND_BLOOD": "live less gutted weight",
            "DISCARD": "of the last grade, unfit for sale",
        },
        "intercompany_transaction.currency": {"EUR": "euro", "GBP": "pound sterling"},
        "intercompany_transaction.state": {
            "pending": "not posted yet",
            "posted": "in the books",
            "exported": "handed to accounting",
        },
        "planned_activity.activity_type": {
            "VACCINATION": "vaccinate",
            "TREATMENT": "treat, as against lice",
            "CULL": "take out weak fish",
            "HARVEST": "harvest",
            "SALE": "sell live fish",
            "FEED_CHANGE": "go over to another feed",
            "TRANSFER": "move to the next stage",
            "MAINTENANCE": "repair and clean",
            "SAMPLING": "sample fish",
            "OTHER": "anything else",
        },
        "planned_activity.status": {
            "PENDING": "yet to be done",
            "IN_PROGRESS": "under way",
            "COMPLETED": "done",
            "CANCELLED": "given up",
        },
        "health_event.kind": {
            "PANCREAS_DISEASE": "pancreas disease",
            "HEART_DISEASE": "heart disease",
            "GILL_DISEASE": "gill disease",
            "WINTER_ULCER": "winter ulcer",
            "JELLYFISH": "a swarm of jellyfish",
            "ALGAL_BLOOM": "an algal bloom",
            "PREDATOR": "a predator's attack",
            "STORM": "a storm",
            "HANDLING": "fish hurt by handling",
            "FUNGUS": "fungus on eggs or fish",
            "WATER_QUALITY": "a failure of a hall's water",
            "POWER_FAILURE": "a failure of a hall's power",
        },
        "health_event.cause": _CAUSE,
        "sensor_fault.kind": {
            "DROPOUT": "no reading",
            "SPIKE": "a value far off",
            "FLAT_LINE": "the same value again and again",
        },
        "container_type.category": {"TRAY": "for eggs", "TANK": "in a hall", "PEN": "a ring at sea"},
        "feed_container.container_type": {"SILO": "of a hall", "BARGE": "of a sea area"},
        "feed.size_category": {
            "MICRO": "smallest pellets",
            "SMALL": "small pellets",
            "MEDIUM": "medium pellets",
            "LARGE": "large pellets",
        },
        "staff_profile.role": {
            "ADMIN": "administrator",
            "MGR": "manager",
            "OPR": "operator",
            "SHIP_CREW": "ship's crew",
            "VET": "veterinarian",
            "QA": "quality assurance",
            "FIN": "finance",
            "VIEW": "may look only",
        },
        "staff_profile.geography": {"FO": "Faroe Islands", "SC": "Scotland", "ALL": "both"},
        "staff_profile.subsidiary": {"BS": "broodstock", **_SUBSIDIARY, "ALL": "all"},
        "company.subsidiary": _SUBSIDIARY,
        "site.source_model": {"station": "a freshwater station", "area": "a sea area"},
        "intercompany_policy.pricing_basis": {"grade": "by product grade", "lifecycle": "by life-cycle stage"},
        "intercompany_policy.method": {
            "cost_plus": "cost and a markup",
            "market": "the market's price",
            "standard": "a fixed price",
        },
        "mortality_model.frequency": {"daily": "a day", "weekly": "a week"},
        "activity_template.trigger_type": {
            "DAY_OFFSET": "a day of the batch's life",
            "WEIGHT_THRESHOLD": "a mean weight",
            "STAGE_TRANSITION": "a move to a stage",
        },
    }
)
