-- Watch's first snapshots: :delivery, or all unfinished ones and, for a route or bridge, the newest one; oldest first. Each filter may
-- be NULL.
SELECT kind, delivery_id, tenant, route, audience, destination, mode, state, reason, detail, requested_by, approved_by,
	bridge_version, content_hash, books::text AS books, version, revision, files_planned, files_visible,
	(extract(epoch FROM created_at) * 1000)::bigint AS created_ms, (extract(epoch FROM changed_at) * 1000)::bigint AS changed_ms
FROM (SELECT s.*, row_number() OVER (ORDER BY created_at DESC, delivery_id) = 1 AND :route::text IS NOT NULL AS is_newest
	FROM (SELECT 'delivery' AS kind, * FROM run.delivery UNION ALL SELECT 'build', * FROM run.build) AS s
	WHERE (:delivery::text IS NULL OR delivery_id = :delivery) AND (:route::text IS NULL OR route = :route)
		AND (:tenant::text IS NULL OR tenant = :tenant)) AS s
WHERE :delivery::text IS NOT NULL OR is_newest OR state NOT IN ('completed', 'failed', 'rejected', 'cancelled', 'superseded')
ORDER BY created_at, delivery_id;
