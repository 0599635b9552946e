-- $1 kind, $2 tenant, $3 name, $4 body, $5 hash, $6 by. Changed: 1, or 0 where it was so already.
INSERT INTO conf.document AS old (kind, tenant, name, body, hash, applied_by)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (kind, tenant, name) DO UPDATE
SET body = EXCLUDED.body, hash = EXCLUDED.hash, applied_by = EXCLUDED.applied_by, applied_at = now()
WHERE old.hash <> EXCLUDED.hash;
