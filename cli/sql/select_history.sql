-- parameters of: select_documents
-- The versions of the document :kind :name of :tenant (NULL: of each tenant), newest first.
SELECT tenant, version,
	CASE WHEN body IS NULL THEN 'deleted'
		WHEN coalesce(lag(hash) OVER (PARTITION BY tenant ORDER BY version), '') = '' THEN 'created' ELSE 'changed' END AS change,
	hash, changed_by, to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
	floor(extract(epoch FROM changed_at) * 1000)::bigint AS at_ms
FROM conf.document_version
WHERE kind = :kind AND name = :name AND (:tenant::text IS NULL OR tenant = :tenant)
ORDER BY tenant, version DESC;
