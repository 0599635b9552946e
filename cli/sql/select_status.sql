-- parameters of: select_status_rows
-- One row: the deliveries and builds that fit, as a JSON list in the order of select_status_rows, and the first of them. :reason,
-- :command and :note are the holds, the commands that release them ({}: the delivery, #: the selection) and what has to be so
-- first; :id, :waiting and :progress say of deliveries what they wait for, and their progress as JSON.
WITH found AS (
	SELECT s.delivery_id, s.kind, s.tenant, s.route, s.audience, s.destination, s.mode, s.state, s.reason, s.detail,
		CASE WHEN s.state = 'held' THEN coalesce((SELECT replace(replace(h.command, '{}', s.delivery_id), '#',
				CASE WHEN s.content_hash = '' THEN '' ELSE ' --content ' || left(s.content_hash, 16) END)
			FROM unnest(:reason::text[], :command::text[]) AS h(reason, command)
			WHERE h.reason = split_part(s.reason, '(', 1)), '') ELSE '' END AS release,
		CASE WHEN s.state = 'held' THEN coalesce((SELECT h.note FROM unnest(:reason::text[], :note::text[]) AS h(reason, note)
			WHERE h.reason = split_part(s.reason, '(', 1)), '') ELSE '' END AS release_note,
		coalesce(substring(s.detail FROM 'fewer than the minimum of \d+ \(([^)]*)\)'), '') AS minimum,
		coalesce((SELECT w.waiting FROM unnest(:id::text[], :waiting::text[]) AS w(id, waiting) WHERE w.id = s.delivery_id), '') AS waiting,
		coalesce((SELECT w.progress::json FROM unnest(:id::text[], :progress::text[]) AS w(id, progress) WHERE w.id = s.delivery_id), '[]')
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
		row_number() OVER (ORDER BY CASE :sort WHEN 'state' THEN s.state WHEN 'route' THEN s.tenant || '/' || s.route END,
			CASE :sort WHEN 'changed' THEN s.changed_at END DESC, s.created_at DESC, s.delivery_id) AS place
	FROM (SELECT 'delivery' AS kind, * FROM run.delivery UNION ALL SELECT 'build', * FROM run.build) AS s
	WHERE (:delivery::text IS NULL OR s.delivery_id = :delivery) AND (:route::text IS NULL OR s.route = :route)
		AND (:tenant::text IS NULL OR s.tenant = :tenant) AND (:states::text IS NULL OR s.state = ANY(string_to_array(:states, ',')))
		AND (:since::timestamptz IS NULL OR s.created_at >= :since) AND (:until::timestamptz IS NULL OR s.created_at < :until)
	ORDER BY place
	LIMIT :limit::bigint
)
SELECT coalesce(json_agg(to_jsonb(d) - 'place' ORDER BY d.place), '[]')::text AS listed,
	((array_agg(to_jsonb(d) - 'place' ORDER BY d.place))[1])::text AS first
FROM found AS d;
