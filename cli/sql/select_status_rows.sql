-- Deliveries and builds, newest first or in the order of :sort (created, changed, state or route). Filters may be NULL. :states is a
-- comma-separated list. :since and :until are creation times.
SELECT delivery_id, tenant, route, state, reason, coalesce(books ->> 'members', '') AS members,
	files_visible || '/' || files_planned AS files,
	to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created, detail, content_hash
FROM (SELECT * FROM run.delivery UNION ALL SELECT * FROM run.build) AS s
WHERE (:delivery::text IS NULL OR delivery_id = :delivery) AND (:route::text IS NULL OR route = :route)
	AND (:tenant::text IS NULL OR tenant = :tenant) AND (:states::text IS NULL OR state = ANY(string_to_array(:states, ',')))
	AND (:since::timestamptz IS NULL OR created_at >= :since) AND (:until::timestamptz IS NULL OR created_at < :until)
ORDER BY CASE :sort WHEN 'state' THEN state WHEN 'route' THEN tenant || '/' || route END,
	CASE :sort WHEN 'changed' THEN changed_at END DESC, created_at DESC, delivery_id
LIMIT :limit::bigint;
