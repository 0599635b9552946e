-- Applied documents, filtered by :kind, :name and :tenant (each may be NULL).
SELECT kind, tenant, name, left(hash, 12) AS hash, applied_by, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS applied,
	body
FROM conf.document
WHERE (:kind::text IS NULL OR kind = :kind) AND (:name::text IS NULL OR name = :name) AND (:tenant::text IS NULL OR tenant = :tenant)
ORDER BY kind, tenant, name;
