-- parameters of: find_claims
INSERT INTO run.name_claim (location, path, delivery_id, file_id)
SELECT :location, n.path, :delivery_id, n.file_id FROM unnest(:path::text[], :file_id::text[]) AS n (path, file_id)
ORDER BY n.path ON CONFLICT DO NOTHING
