-- :holder becomes the holder of the route if there is no other, and if the last accepted delivery is still :base (empty = none).
INSERT INTO run.route_head AS h (tenant, route, holder, delivery_id, changed_at)
SELECT n.tenant, n.route, n.holder, nullif(n.base, ''), now()
FROM unnest(:tenant::text[], :route::text[], :holder::text[], :base::text[]) AS n (tenant, route, holder, base)
ORDER BY n.tenant, n.route
ON CONFLICT (tenant, route) DO UPDATE SET holder = excluded.holder, changed_at = excluded.changed_at
WHERE (h.holder IS NULL OR h.holder = excluded.holder) AND h.delivery_id IS NOT DISTINCT FROM excluded.delivery_id
