-- $1 delivery, $2 route, $3 tenant, $4 states with commas between (each or NULL), $5 how many, $6 and $7 text[]: reasons of
-- holds and the commands that release them ({}: the delivery, #: the selection) -> one row: the newest deliveries and builds that fit, as a JSON list.
SELECT coalesce(json_agg(d ORDER BY d.created_at DESC, d.delivery_id), '[]')::text
FROM (
	SELECT s.delivery_id, s.kind, s.tenant, s.route, s.audience, s.destination, s.mode, s.state, s.reason, s.detail,
		CASE WHEN s.state = 'held' THEN coalesce((SELECT replace(replace(h.command, '{}', s.delivery_id), '#',
				CASE WHEN s.content_hash = '' THEN '' ELSE ' --content ' || left(s.content_hash, 16) END)
			FROM unnest($6::text[], $7::text[]) AS h(reason, command)
			WHERE h.reason = split_part(s.reason, '(', 1)), '') ELSE '' END AS release,
		s.revision, s.version, s.epoch, s.cause_kind, s.cause, s.requested_by, s.approved_by, s.spec_hash, s.bridge_version,
		s.content_hash, s.books, s.files_planned, s.files_visible, s.created_at, s.changed_at,
		(SELECT coalesce(json_agg(json_build_object('name', f.name, 'role', f.role, 'url', f.url, 'rows', f.rows, 'bytes',
			f.bytes, 'sha256', f.sha256, 'plain_sha256', f.plain_sha256, 'receipt', row_to_json(r)) ORDER BY f.name), '[]')
		FROM run.file AS f JOIN run.receipt AS r USING (delivery_id, file_id)
		WHERE f.delivery_id = s.delivery_id) AS files
	FROM (SELECT 'delivery' AS kind, * FROM run.delivery UNION ALL SELECT 'build', * FROM run.build) AS s
	WHERE ($1::text IS NULL OR s.delivery_id = $1) AND ($2::text IS NULL OR s.route = $2)
		AND ($3::text IS NULL OR s.tenant = $3) AND ($4::text IS NULL OR s.state = ANY(string_to_array($4, ',')))
	ORDER BY s.created_at DESC, s.delivery_id
	LIMIT $5::bigint
) AS d;
