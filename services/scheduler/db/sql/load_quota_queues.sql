-- Deliveries that are queued for a quota of the tenants at the destinations (empty: at all of them) and can have a place at :at (Unix
-- ms): the first :limit of each. Skips a delivery that is held for a reason other than a quota.
SELECT n.tenant, n.destination, q.delivery_id
FROM unnest(:tenant::text[], :destination::text[]) AS n (tenant, destination)
CROSS JOIN LATERAL (SELECT p.delivery_id, p.since FROM run.quota_place p JOIN run.state s ON s.delivery_id = p.delivery_id
	WHERE p.tenant = n.tenant AND n.destination IN ('', p.destination) AND p.begun_at IS NULL
		AND p.free_at <= 'epoch'::timestamptz + :at::bigint * interval '1 millisecond'
		AND (s.state IN ('selecting', 'formatting') OR (s.state = 'held' AND s.reason = 'quota'))
	ORDER BY p.since, p.delivery_id LIMIT :limit::bigint) q
ORDER BY n.tenant, n.destination, q.since, q.delivery_id
