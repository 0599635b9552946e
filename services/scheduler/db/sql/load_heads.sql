-- Heads of the routes.
SELECT h.tenant, h.route, h.holder, h.delivery_id, h.bridge_version, h.content_hash, h.members, h.baseline_name,
	h.baseline_sha256, h.baseline_bytes, h.force_full, h.lists
FROM run.route_head h JOIN unnest(:tenant::text[], :route::text[]) AS n (tenant, route) USING (tenant, route)
