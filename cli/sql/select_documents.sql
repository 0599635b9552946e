-- $1 kind, $2 name, $3 tenant (each or NULL) -> kind, tenant, name, hash, by, at, body.
SELECT kind, tenant, name, left(hash, 12), applied_by, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), body
FROM conf.document
WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR name = $2) AND ($3::text IS NULL OR tenant = $3)
ORDER BY kind, tenant, name;
