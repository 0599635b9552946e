-- $1 delivery, $2 route, $3 tenant, $4 states with commas between, $5 from, $6 to (times of creation; each or NULL), $7 how many, $8
-- how to sort: created, changed, state or route; $9, $10, $11 text[]: reasons of holds, the commands that release them ({}:
-- the delivery, #: the selection), notes; $12, $13, $14 text[]: ids, what they wait for, their progress as JSON -> one row: what fits, as a JSON
-- list, newest first or in that order; and the first of it.
WITH found AS (
	SELECT s.delivery_id, s.kind, s.tenant, s.route, s.audience, s.destination, s.mode, s.state, s.reason, s.detail,
		CASE WHEN s.state = 'held' THEN coalesce((SELECT replace(replace(h.command, '{}', s.delivery_id), '#',
				CASE WHEN s.content_hash = '' THEN '' ELSE ' --content ' || left(s.content_hash, 16) END)
			FROM unnest($9::text[], $10::text[]) AS h(reason, command)
			WHERE h.reason = split_part(s.reason, '(', 1)), '') ELSE '' END AS release,
		CASE WHEN s.state = 'held' THEN coalesce((SELECT h.note FROM unnest($9::text[], $11::text[]) AS h(reason, note)
			WHERE h.reason = split_part(s.reason, '(', 1)), '') ELSE '' END AS release_note,
		coalesce(substring(s.detail FROM 'fewer than the minimum of \d+ \(([^)]*)\)'), '') AS minimum,
		coalesce((SELECT w.waiting FROM unnest($12::text[], $13::text[]) AS w(id, waiting) WHERE w.id = s.delivery_id), '') AS waiting,
		coalesce((SELECT w.progress::json FROM unnest($12::text[], $14::text[]) AS w(id, progress) WHERE w.id = s.delivery_id), '[]')
			AS progress,
		s.revision, s.version, s.epoch, s.cause_kind, s.cause, s.requested_by, s.approved_by, s.spec_hash, s.bridge_version,
		s.content_hash, s.books, s.files_planned, s.files_visible,
		to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at,
		to_char(s.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS changed_at,
		(SELECT coalesce(json_agg(json_build_object('name', f.name, 'role', f.role, 'url', f.url, 'rows', f.rows, 'bytes',
			f.bytes, 'sha256', f.sha256, 'plain_sha256', f.plain_sha256, 'receipt', to_jsonb(r) || jsonb_build_object('committed_at',
			to_char(r.committed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) ORDER BY f.name), '[]')
		FROM run.file AS f JOIN run.receipt AS r USING (delivery_id, file_id)
		WHERE f.delivery_id = s.delivery_id) AS files,
		row_number() OVER (ORDER BY CASE $8 WHEN 'state' THEN s.state WHEN 'route' THEN s.tenant || '/' || s.route END,
			CASE $8 WHEN 'changed' THEN s.changed_at END DESC, s.created_at DESC, s.delivery_id) AS place
	FROM (SELECT 'delivery' AS kind, * FROM run.delivery UNION ALL SELECT 'build', * FROM run.build) AS s
	WHERE ($1::text IS NULL OR s.delivery_id = $1) AND ($2::text IS NULL OR s.route = $2)
		AND ($3::text IS NULL OR s.tenant = $3) AND ($4::text IS NULL OR s.state = ANY(string_to_array($4, ',')))
		AND ($5::timestamptz IS NULL OR s.created_at >= $5) AND ($6::timestamptz IS NULL OR s.created_at < $6)
	ORDER BY place
	LIMIT $7::bigint
)
SELECT coalesce(json_agg(to_jsonb(d) - 'place' ORDER BY d.place), '[]')::text, ((array_agg(to_jsonb(d) - 'place' ORDER BY d.place))[1])::text
FROM found AS d;
