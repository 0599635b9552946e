-- Deliveries and builds whose id begins with :prefix: a few of them, the newest.
SELECT delivery_id, state, tenant, route FROM run.state
WHERE delivery_id >= :prefix AND delivery_id < :prefix || 'g' ORDER BY created_at DESC LIMIT 6;
