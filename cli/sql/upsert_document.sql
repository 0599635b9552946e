-- Changes one row, or none if nothing is different.
INSERT INTO conf.document AS old (kind, tenant, name, body, hash, applied_by)
VALUES (:kind, :tenant, :name, :body, :hash, :by)
ON CONFLICT (kind, tenant, name) DO UPDATE
SET body = EXCLUDED.body, hash = EXCLUDED.hash, applied_by = EXCLUDED.applied_by, applied_at = now()
WHERE old.hash <> EXCLUDED.hash;
