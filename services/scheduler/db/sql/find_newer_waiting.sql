-- Those of the given deliveries for which a newer delivery of the same route waits for its turn.
SELECT n.id
FROM unnest(:id::text[], :tenant::text[], :route::text[], :planned::bigint[]) AS n (id, tenant, route, planned)
WHERE EXISTS (SELECT FROM run.state s WHERE s.tenant = n.tenant AND s.route = n.route AND NOT s.is_over AND s.state = 'held'
	AND s.reason = 'overlap' AND (s.planned_at, s.delivery_id)
	> ('epoch'::timestamptz + n.planned * interval '1 millisecond', n.id))
