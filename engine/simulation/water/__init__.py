"""Water as fields: temperature, oxygen, salinity and tide at sea and in halls; the weather and the sun above."""
