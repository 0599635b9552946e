-- $1 kind, $2 tenant, $3 name -> kind, tenant, name of the documents that use it.
SELECT d.kind, d.tenant, d.name
FROM conf.document d
WHERE ($1 = 'Tenant' AND d.tenant = $3 AND d.kind <> 'Tenant')
	OR (d.kind = 'Route' AND (d.tenant = $2 OR $2 = '') AND CASE $1
		WHEN 'Audience' THEN d.body::jsonb ->> 'audience' = $3
		WHEN 'Bridge' THEN d.body::jsonb ->> 'bridge' = $3
		WHEN 'Destination' THEN d.body::jsonb ->> 'destination' = $3
		WHEN 'Bucket' THEN d.body::jsonb ->> 'bucket' = $3
		WHEN 'SuppressionList' THEN d.body::jsonb -> 'suppress' ? $3
		ELSE false END)
ORDER BY d.kind, d.tenant, d.name;
