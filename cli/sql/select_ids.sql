-- The newest few deliveries and builds whose id begins with :prefix.
SELECT delivery_id, state, tenant, route FROM run.state
WHERE delivery_id >= :prefix AND delivery_id < :prefix || 'g' ORDER BY created_at DESC LIMIT 6;
