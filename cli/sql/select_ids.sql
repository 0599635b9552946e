-- $1 beginning of an id -> id, state, tenant, route of the deliveries and builds whose id begins so; a few of them, the newest.
SELECT delivery_id, state, tenant, route FROM run.state
WHERE delivery_id >= $1 AND delivery_id < $1 || 'g' ORDER BY created_at DESC LIMIT 6;
