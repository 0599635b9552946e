INSERT INTO run.spec (hash, body)
SELECT n.hash, n.body FROM unnest($1::text[], $2::bytea[]) AS n (hash, body) ORDER BY n.hash ON CONFLICT DO NOTHING
