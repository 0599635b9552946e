-- $1 deliveries or builds -> id, tenant, route, state, reason, detail, version.
SELECT delivery_id, tenant, route, state, reason, detail, version FROM run.delivery WHERE delivery_id = ANY($1::text[])
UNION ALL
SELECT delivery_id, tenant, route, state, reason, detail, version FROM run.build WHERE delivery_id = ANY($1::text[]);
