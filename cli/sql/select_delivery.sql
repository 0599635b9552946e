-- $1 delivery or build -> id, tenant, route, state, reason, detail.
SELECT delivery_id, tenant, route, state, reason, detail FROM run.delivery WHERE delivery_id = $1
UNION ALL
SELECT delivery_id, tenant, route, state, reason, detail FROM run.build WHERE delivery_id = $1;
