"""Water as fields: temperature, oxygen, salinity and tide at sea and in halls."""
