-- $1 delivery, $2 route, $3 tenant, $4 states with commas between, $5 from, $6 to (times of creation; each or NULL), $7 how many, $8
-- how to sort: created, changed, state or route -> id, tenant, route, state, reason, members, files, created, detail, hash of the
-- selection: the newest, or in that order.
SELECT delivery_id, tenant, route, state, reason, coalesce(books ->> 'members', ''), files_visible || '/' || files_planned,
	to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), detail, content_hash
FROM (SELECT * FROM run.delivery UNION ALL SELECT * FROM run.build) AS s
WHERE ($1::text IS NULL OR delivery_id = $1) AND ($2::text IS NULL OR route = $2)
	AND ($3::text IS NULL OR tenant = $3) AND ($4::text IS NULL OR state = ANY(string_to_array($4, ',')))
	AND ($5::timestamptz IS NULL OR created_at >= $5) AND ($6::timestamptz IS NULL OR created_at < $6)
ORDER BY CASE $8 WHEN 'state' THEN state WHEN 'route' THEN tenant || '/' || route END,
	CASE $8 WHEN 'changed' THEN changed_at END DESC, created_at DESC, delivery_id
LIMIT $7::bigint;
