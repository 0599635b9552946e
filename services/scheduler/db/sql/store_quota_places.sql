-- :now, :free and :begun are Unix ms, 0: NULL. The row of a delivery that has begun stays unchanged.
INSERT INTO run.quota_place AS p (delivery_id, tenant, destination, since, free_at, begun_at)
SELECT n.id, n.tenant, n.destination, 'epoch'::timestamptz + :now::bigint * interval '1 millisecond',
	'epoch'::timestamptz + nullif(n.free, 0) * interval '1 millisecond',
	'epoch'::timestamptz + nullif(n.begun, 0) * interval '1 millisecond'
FROM unnest(:id::text[], :tenant::text[], :destination::text[], :free::bigint[], :begun::bigint[]) AS n (id, tenant, destination, free, begun)
ORDER BY n.id
ON CONFLICT (delivery_id) DO UPDATE SET destination = excluded.destination, free_at = excluded.free_at,
	begun_at = excluded.begun_at
WHERE p.begun_at IS NULL
