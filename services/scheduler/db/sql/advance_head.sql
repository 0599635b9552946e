-- The holder $3 of the route was accepted.
UPDATE run.route_head SET holder = NULL, delivery_id = $3, bridge_version = $4, content_hash = $5, members = $6::bigint,
	baseline_name = $7, baseline_sha256 = $8, baseline_bytes = $9::bigint, force_full = false,
	lists = $10, changed_at = now()
WHERE tenant = $1 AND route = $2 AND holder = $3
