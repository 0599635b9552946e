-- Deliveries of routes ($1 tenants, $2 routes) that wait for their turn.
SELECT s.delivery_id FROM run.state s JOIN unnest($1::text[], $2::text[]) AS n (tenant, route)
	ON s.tenant = n.tenant AND s.route = n.route
WHERE NOT s.is_over AND s.state = 'held' AND s.reason = 'overlap'
ORDER BY s.delivery_id LIMIT 1000
