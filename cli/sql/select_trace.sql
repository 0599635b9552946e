-- The history of the delivery or build, in time order: the trail, current tasks, dead letters, the state of its place, and what it
-- waits for. For a task also the times when it was ready, issued, started and done (empty: unknown). :services do the tasks of
-- :stages.
WITH task AS (
	SELECT stage, index::text AS at_index, status, revision::text, issue::text, attempts::text, task_id, 1 AS n, ready_at, issued_at,
		started_at, done_at, coalesce(worker, '-') AS worker
	FROM run.task WHERE delivery_id = :delivery
	UNION ALL
	SELECT w[2], w[3], w[4], w[1], w[6], w[7], nullif(w[9], '-'), w[5]::integer, s.created_at + w[8]::bigint * interval '1 millisecond',
		s.created_at + nullif(w[10], '-')::bigint * interval '1 millisecond',
		s.created_at + nullif(w[11], '-')::bigint * interval '1 millisecond',
		s.created_at + nullif(w[12], '-')::bigint * interval '1 millisecond', coalesce(w[13], '-')
	FROM run.state AS s, regexp_split_to_table(s.past, E'\n') AS line, string_to_array(line, ' ') AS w WHERE s.delivery_id = :delivery
)
SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time, source, what, by, detail,
	coalesce(to_char(ready_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '') AS ready,
	coalesce(to_char(issued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '') AS issued,
	coalesce(to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '') AS started,
	coalesce(to_char(done_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '') AS done
FROM (
	SELECT at, 'audit' AS source, action AS what, actor AS by, concat_ws(': ', nullif(reason, ''), nullif(detail, '')) AS detail,
		sequence AS place, NULL::timestamptz AS ready_at, NULL::timestamptz AS issued_at, NULL::timestamptz AS started_at,
		NULL::timestamptz AS done_at
	FROM audit.record WHERE delivery_id = :delivery
	UNION ALL
	SELECT CASE status WHEN 'done' THEN coalesce(done_at, issued_at, ready_at) WHEN 'issued' THEN coalesce(issued_at, ready_at)
			ELSE ready_at END, 'task', stage || ' ' || at_index || ' ' || status,
		CASE WHEN worker <> '-' THEN worker
			ELSE coalesce((SELECT d.service FROM unnest(:stages::text[], :services::text[]) AS d(stage, service) WHERE d.stage = task.stage), '-') END,
		concat(CASE WHEN task_id IS NOT NULL THEN 'task ' || task_id WHEN n = 1 THEN 'a task' ELSE n || ' tasks' END, ', revision ',
			revision, ', issue ', issue, ', attempts ', attempts), 0, ready_at,
		CASE WHEN status <> 'waiting' THEN issued_at END, started_at, done_at
	FROM task
	UNION ALL
	SELECT tidied_at, 'task', 'rows removed', 'scheduler', 'tasks are forgotten some time after the end: LONGSHORE_SCHEDULER_KEEP_TASKS_MS', 0,
		NULL, NULL, NULL, NULL
	FROM run.state WHERE delivery_id = :delivery AND tidied_at IS NOT NULL
	UNION ALL
	SELECT at, 'dead letter', reason, service, concat_ws(', ', nullif(detail, ''), from_topic || '/' || from_partition || '/' ||
		from_offset), 0, NULL, NULL, NULL, NULL
	FROM audit.dead_letter WHERE delivery_id = :delivery
	UNION ALL
	SELECT b.changed_at, 'place', CASE WHEN b.prober <> '' THEN 'circuit breaker half open, an upload looks'
		WHEN b.open_until > now() THEN 'circuit breaker open'
		WHEN b.open_until > to_timestamp(0) THEN 'circuit breaker half open' ELSE 'circuit breaker closed' END, b.place,
		b.failures || ' uploads in a row found it away or were not answered' || CASE WHEN b.prober = '' AND b.open_until > now()
			THEN '; the next try is at ' || to_char(b.open_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') ELSE '' END, 0,
		NULL, NULL, NULL, NULL
	FROM run.state AS s JOIN run.spec AS p ON p.hash = s.spec_hash
	JOIN run.place_breaker AS b ON b.place = convert_from(p.body, 'UTF8')::jsonb #>> '{bucket,url}'
	WHERE s.delivery_id = :delivery
	UNION ALL
	SELECT w.since, 'place', 'waits', 'scheduler', 'for ' || CASE WHEN w.what LIKE 'place:%' THEN 'the bucket at ' || substr(w.what, 7)
		|| ' to be back' ELSE 'a place under limits.tasks_in_flight of ' || replace(w.what, ':', ' ') END, 0,
		NULL, NULL, NULL, NULL
	FROM run.waiting AS w WHERE w.delivery_id = :delivery
) AS t
ORDER BY at, place, source, what;
