-- The delivery :holder, which holds the route, was accepted.
UPDATE run.route_head SET holder = NULL, delivery_id = :holder, bridge_version = :bridge_version, content_hash = :content_hash,
	members = :members::bigint,
	baseline_name = :baseline_name, baseline_sha256 = :baseline_sha256, baseline_bytes = :baseline_bytes::bigint, force_full = false,
	lists = :lists, changed_at = now()
WHERE tenant = :tenant AND route = :route AND holder = :holder
