-- $1 delivery, $2 route or bridge, $3 tenant (each or NULL) -> what watch begins with: the one, or what is not final and, of a
-- route, the newest. kind, id, tenant, route, audience, destination, mode, state, reason, detail, requested by, approved by,
-- bridge version, hash of the selection, books, version, revision, files planned, files visible, created, changed (Unix ms); oldest first.
SELECT kind, delivery_id, tenant, route, audience, destination, mode, state, reason, detail, requested_by, approved_by,
	bridge_version, content_hash, books::text, version, revision, files_planned, files_visible,
	(extract(epoch FROM created_at) * 1000)::bigint, (extract(epoch FROM changed_at) * 1000)::bigint
FROM (SELECT s.*, row_number() OVER (ORDER BY created_at DESC, delivery_id) = 1 AND $2::text IS NOT NULL AS is_newest
	FROM (SELECT 'delivery' AS kind, * FROM run.delivery UNION ALL SELECT 'build', * FROM run.build) AS s
	WHERE ($1::text IS NULL OR delivery_id = $1) AND ($2::text IS NULL OR route = $2) AND ($3::text IS NULL OR tenant = $3)) AS s
WHERE $1::text IS NOT NULL OR is_newest OR state NOT IN ('completed', 'failed', 'rejected', 'cancelled', 'superseded')
ORDER BY created_at, delivery_id;
