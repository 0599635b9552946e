-- parameters of: select_status_rows
-- One row: the matching deliveries and builds as a JSON list in the order of select_status_rows, and the first of them. Each column of
-- run.delivery is a member. :reason, :command and :note are the holds, the commands that release them ({}: the delivery, #: the
-- selection) and what must be done first. :id, :waiting and :progress are, for each delivery, what it waits for and its progress as
-- JSON.
WITH found AS (
	SELECT to_jsonb(s) || jsonb_build_object(
		'created_at', to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'changed_at', to_char(s.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'release', CASE WHEN s.state = 'held' THEN coalesce((SELECT replace(replace(h.command, '{}', s.delivery_id), '#',
				CASE WHEN s.content_hash = '' THEN '' ELSE ' --content ' || left(s.content_hash, 16) END)
			FROM unnest(:reason::text[], :command::text[]) AS h(reason, command)
			WHERE h.reason = split_part(s.reason, '(', 1)), '') ELSE '' END,
		'release_note', CASE WHEN s.state = 'held' THEN coalesce((SELECT h.note
			FROM unnest(:reason::text[], :note::text[]) AS h(reason, note)
			WHERE h.reason = split_part(s.reason, '(', 1)), '') ELSE '' END,
		'minimum', coalesce(substring(s.detail FROM 'fewer than the minimum of \d+ \(([^)]*)\)'), ''),
		'waiting', coalesce((SELECT w.waiting FROM unnest(:id::text[], :waiting::text[]) AS w(id, waiting)
			WHERE w.id = s.delivery_id), ''),
		'progress', coalesce((SELECT w.progress::jsonb FROM unnest(:id::text[], :progress::text[]) AS w(id, progress)
			WHERE w.id = s.delivery_id), '[]'),
		'files', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', f.name, 'role', f.role, 'url', f.url, 'rows', f.rows,
				'bytes', f.bytes, 'sha256', f.sha256, 'plain_sha256', f.plain_sha256,
				'receipt', to_jsonb(r) || jsonb_build_object('committed_at',
					to_char(r.committed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) ORDER BY f.name), '[]')
			FROM run.file AS f JOIN run.receipt AS r USING (delivery_id, file_id)
			WHERE f.delivery_id = s.delivery_id)) AS d,
		row_number() OVER (ORDER BY CASE :sort WHEN 'state' THEN s.state WHEN 'route' THEN s.tenant || '/' || s.route END,
			CASE :sort WHEN 'changed' THEN s.changed_at END DESC, s.created_at DESC, s.delivery_id) AS place
	FROM (SELECT 'delivery' AS kind, * FROM run.delivery UNION ALL SELECT 'build', * FROM run.build) AS s
	WHERE (:delivery::text IS NULL OR s.delivery_id = :delivery) AND (:route::text IS NULL OR s.route = :route)
		AND (:tenant::text IS NULL OR s.tenant = :tenant) AND (:states::text IS NULL OR s.state = ANY(string_to_array(:states, ',')))
		AND (:since::timestamptz IS NULL OR s.created_at >= :since) AND (:until::timestamptz IS NULL OR s.created_at < :until)
	ORDER BY place
	LIMIT :limit::bigint
)
SELECT coalesce(json_agg(d ORDER BY place), '[]')::text AS listed, ((array_agg(d ORDER BY place))[1])::text AS first FROM found;
