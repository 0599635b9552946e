INSERT INTO run.name_claim (location, path, delivery_id, file_id)
SELECT $1, n.path, $3, n.file_id FROM unnest($2::text[], $4::text[]) AS n (path, file_id)
ORDER BY n.path ON CONFLICT DO NOTHING
