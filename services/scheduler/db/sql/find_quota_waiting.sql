-- Deliveries held for a quota, first in line first: at most :limit of each tenant.
SELECT q.delivery_id
FROM unnest(:tenant::text[]) AS n (tenant)
CROSS JOIN LATERAL (SELECT p.delivery_id, p.since FROM run.quota_place p JOIN run.state s ON s.delivery_id = p.delivery_id
	WHERE p.tenant = n.tenant AND p.begun_at IS NULL AND p.free_at IS NOT NULL AND s.state = 'held' AND s.reason = 'quota'
	ORDER BY p.since, p.delivery_id LIMIT :limit::bigint) q
ORDER BY n.tenant, q.since, q.delivery_id
