"""The UAT PostgreSQL database: schema, mapping, COPY, load log and embedded server."""
