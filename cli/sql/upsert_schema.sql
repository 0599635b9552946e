INSERT INTO event.schema (fingerprint, name, schema) VALUES (:fingerprint, :name, :schema) ON CONFLICT DO NOTHING;
