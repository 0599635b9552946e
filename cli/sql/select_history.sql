-- $1 kind, $2 name, $3 tenant (or NULL) -> tenant, version, what it was, hash, by, at, at of JSON, at in ms; the newest first.
SELECT tenant, version,
	CASE WHEN body IS NULL THEN 'deleted'
		WHEN coalesce(lag(hash) OVER (PARTITION BY tenant ORDER BY version), '') = '' THEN 'created' ELSE 'changed' END,
	hash, changed_by, to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	floor(extract(epoch FROM changed_at) * 1000)::bigint
FROM conf.document_version
WHERE kind = $1 AND name = $2 AND ($3::text IS NULL OR tenant = $3)
ORDER BY tenant, version DESC;
