-- For each of the tenants :tenant -> tenant, sequence and hash of its last record. A tenant without records has no row.
SELECT t.tenant, head.sequence, head.hash
FROM unnest(:tenant::text[]) AS t(tenant)
CROSS JOIN LATERAL (
	SELECT sequence, hash FROM audit.record AS r WHERE r.tenant = t.tenant ORDER BY sequence DESC LIMIT 1
) AS head;
