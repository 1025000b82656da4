"""Codes that several tables or rooms share, each once: the stage at sea, and enumerations in the order of their codes.

An enumeration of one column alone stands in that column's declaration.
"""

from types import MappingProxyType

SEA = 6
"""The life-cycle stage (1 to 6) that is lived at sea, in rings."""

MORTALITY_CAUSES = ("DISEASE", "HANDLING", "PREDATION", "ENVIRONMENTAL", "UNKNOWN", "OTHER")

EVENT_KINDS = (
    "PANCREAS_DISEASE",
    "HEART_DISEASE",
    "GILL_DISEASE",
    "WINTER_ULCER",
    "JELLYFISH",
    "ALGAL_BLOOM",
    "PREDATOR",
    "STORM",
    "HANDLING",
    "FUNGUS",
    "WATER_QUALITY",
    "POWER_FAILURE",
)
"""What may befall a batch, beyond the usual deaths."""

TOTAL_LOSSES = ("POWER_FAILURE", "WATER_QUALITY")
"""What may kill all fish of a batch at once, in its hall."""

VACCINE = "VACCINE"
LICE_TREATMENTS = ("THERMAL", "MECHANICAL", "FRESHWATER", "H2O2", "BATH")
TREATMENT_METHODS = (*LICE_TREATMENTS, VACCINE)
TREATMENT_WORDS = MappingProxyType(
    dict(zip(LICE_TREATMENTS, ("thermal", "mechanical", "freshwater", "H2O2", "bath"), strict=True))
)

SIZE_CLASSES = ("0-1", "1-2", "2-3", "3-4", "4-5", "5-6", "6-7", "7-8", "8-9", "9+")
"""Of harvested fish: kg gutted."""

BATCH_STATUSES = ("PLANNED", "RECEIVING", "ACTIVE", "COMPLETED", "TERMINATED", "CANCELLED")
WORKFLOW_STATUSES = ("DRAFT", "PLANNED", "IN_PROGRESS", "COMPLETED", "CANCELLED")
ACTION_STATUSES = ("PENDING", "IN_PROGRESS", "COMPLETED", "FAILED", "SKIPPED")
CONFIDENCE_LEVELS = ("VERY_HIGH", "HIGH", "MEDIUM", "LOW")

OXYGEN, SALINITY = "Dissolved Oxygen", "Salinity"
"""Names of what sensors measure (environmental_parameter.name)."""
