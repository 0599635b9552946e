-- Who stands in the queues of the tenants $1 at the destinations $2 (empty = at all) and may have a place at $3 (Unix ms):
-- the first $4 of each. Who was let out of the queue by something else than a place, and is held for that, is passed over.
SELECT n.tenant, n.destination, q.delivery_id
FROM unnest($1::text[], $2::text[]) AS n (tenant, destination)
CROSS JOIN LATERAL (SELECT p.delivery_id, p.since FROM run.quota_place p JOIN run.state s ON s.delivery_id = p.delivery_id
	WHERE p.tenant = n.tenant AND n.destination IN ('', p.destination) AND p.begun_at IS NULL
		AND p.free_at <= 'epoch'::timestamptz + $3::bigint * interval '1 millisecond'
		AND (s.state IN ('selecting', 'formatting') OR (s.state = 'held' AND s.reason = 'quota'))
	ORDER BY p.since, p.delivery_id LIMIT $4::bigint) q
ORDER BY n.tenant, n.destination, q.since, q.delivery_id
