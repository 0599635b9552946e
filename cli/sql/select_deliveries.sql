-- The recorded deliveries and builds :ids.
SELECT delivery_id, tenant, route, state, reason, detail, version, content_hash FROM run.delivery WHERE delivery_id = ANY(:ids::text[])
UNION ALL
SELECT delivery_id, tenant, route, state, reason, detail, version, content_hash FROM run.build WHERE delivery_id = ANY(:ids::text[]);
