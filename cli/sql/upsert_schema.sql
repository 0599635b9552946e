-- $1 fingerprint, $2 name, $3 schema.
INSERT INTO event.schema (fingerprint, name, schema) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;
