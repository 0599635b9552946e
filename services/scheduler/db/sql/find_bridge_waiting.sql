-- Deliveries of the tenants :tenants that wait for a bridge.
SELECT s.delivery_id FROM run.state s
WHERE s.tenant = ANY (:tenants::text[]) AND NOT s.is_over AND s.state = 'held' AND s.reason = 'stale_bridge'
ORDER BY s.delivery_id LIMIT 1000
