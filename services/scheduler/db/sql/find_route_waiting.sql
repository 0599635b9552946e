-- Deliveries of the routes that wait for their turn.
SELECT s.delivery_id FROM run.state s JOIN unnest(:tenant::text[], :route::text[]) AS n (tenant, route)
	ON s.tenant = n.tenant AND s.route = n.route
WHERE NOT s.is_over AND s.state = 'held' AND s.reason = 'overlap'
ORDER BY s.delivery_id LIMIT 1000
