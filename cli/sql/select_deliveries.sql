-- $1 deliveries or builds -> id, tenant, route, state, reason, detail, version, hash of the selection.
SELECT delivery_id, tenant, route, state, reason, detail, version, content_hash FROM run.delivery WHERE delivery_id = ANY($1::text[])
UNION ALL
SELECT delivery_id, tenant, route, state, reason, detail, version, content_hash FROM run.build WHERE delivery_id = ANY($1::text[]);
