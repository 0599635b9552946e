-- $1 delivery or NULL, $2 route or NULL -> id, tenant, route, state, reason, members, files, created: the newest 200.
SELECT delivery_id, tenant, route, state, reason, coalesce(books ->> 'members', ''), files_visible || '/' || files_planned,
	to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
FROM (SELECT * FROM run.delivery UNION ALL SELECT * FROM run.build) AS s
WHERE ($1::text IS NULL OR delivery_id = $1) AND ($2::text IS NULL OR route = $2)
ORDER BY created_at DESC, delivery_id
LIMIT 200;
