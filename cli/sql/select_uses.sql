-- The documents that use the document.
SELECT d.kind, d.tenant, d.name
FROM conf.document d
WHERE (:kind = 'Tenant' AND d.tenant = :name AND d.kind <> 'Tenant')
	OR (d.kind = 'Route' AND (d.tenant = :tenant OR :tenant = '') AND CASE :kind
		WHEN 'Audience' THEN d.body::jsonb ->> 'audience' = :name
		WHEN 'Bridge' THEN d.body::jsonb ->> 'bridge' = :name
		WHEN 'Destination' THEN d.body::jsonb ->> 'destination' = :name
		WHEN 'Bucket' THEN d.body::jsonb ->> 'bucket' = :name
		WHEN 'SuppressionList' THEN d.body::jsonb -> 'suppress' ? :name
		ELSE false END)
ORDER BY d.kind, d.tenant, d.name;
