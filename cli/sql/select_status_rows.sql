-- $1 delivery, $2 route, $3 tenant, $4 states with commas between (each or NULL), $5 how many -> id, tenant, route, state,
-- reason, members, files, created, detail, hash of the selection: the newest.
SELECT delivery_id, tenant, route, state, reason, coalesce(books ->> 'members', ''), files_visible || '/' || files_planned,
	to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), detail, content_hash
FROM (SELECT * FROM run.delivery UNION ALL SELECT * FROM run.build) AS s
WHERE ($1::text IS NULL OR delivery_id = $1) AND ($2::text IS NULL OR route = $2)
	AND ($3::text IS NULL OR tenant = $3) AND ($4::text IS NULL OR state = ANY(string_to_array($4, ',')))
ORDER BY created_at DESC, delivery_id
LIMIT $5::bigint;
