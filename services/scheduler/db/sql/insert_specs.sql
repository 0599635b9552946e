INSERT INTO run.spec (hash, body)
SELECT n.hash, n.body FROM unnest(:hash::text[], :body::bytea[]) AS n (hash, body) ORDER BY n.hash ON CONFLICT DO NOTHING
