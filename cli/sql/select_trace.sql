-- $1 delivery or build -> at, source, what, by, detail: the trail, tasks as they stand, dead letters, how its place
-- fares and what it waits for, in time order.
SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS'), source, what, by, detail
FROM (
	SELECT at, 'audit' AS source, action AS what, actor AS by, concat_ws(': ', nullif(reason, ''), nullif(detail, '')) AS detail,
		sequence AS place
	FROM audit.record WHERE delivery_id = $1
	UNION ALL
	SELECT ready_at, 'task', stage || ' ' || index || ' ' || status, CASE WHEN stage = 'build' THEN 'bridge-builder'
			WHEN stage IN ('part', 'manifest', 'marker') THEN 'formatter' WHEN stage IN ('upload', 'settle') THEN 'uploader'
			ELSE 'bridge-worker' END,
		'task ' || task_id || ', revision ' || revision || ', issue ' || issue || ', attempts ' || attempts, 0
	FROM run.task WHERE delivery_id = $1
	UNION ALL
	SELECT s.created_at + w[8]::bigint * interval '1 millisecond', 'task', concat(w[2], ' ', w[3], ' ', w[4]), CASE WHEN w[2] = 'build'
			THEN 'bridge-builder' WHEN w[2] IN ('part', 'manifest', 'marker') THEN 'formatter' WHEN w[2] IN ('upload', 'settle')
			THEN 'uploader' ELSE 'bridge-worker' END,
		concat(CASE WHEN w[9] IS NOT NULL THEN 'task ' || w[9] WHEN w[5] = '1' THEN 'a task' ELSE w[5] || ' tasks' END, ', revision ', w[1],
			', issue ', w[6], ', attempts ', w[7]), 0
	FROM run.state AS s, regexp_split_to_table(s.past, E'\n') AS line, string_to_array(line, ' ') AS w WHERE s.delivery_id = $1
	UNION ALL
	SELECT tidied_at, 'task', 'rows removed', 'scheduler', 'tasks are forgotten some time after the end: LONGSHORE_SCHEDULER_KEEP_TASKS_MS', 0
	FROM run.state WHERE delivery_id = $1 AND tidied_at IS NOT NULL
	UNION ALL
	SELECT at, 'dead letter', reason, service, concat_ws(', ', nullif(detail, ''), from_topic || '/' || from_partition || '/' ||
		from_offset), 0
	FROM audit.dead_letter WHERE delivery_id = $1
	UNION ALL
	SELECT b.changed_at, 'place', CASE WHEN b.prober <> '' THEN 'circuit breaker half open, an upload looks'
		WHEN b.open_until > now() THEN 'circuit breaker open'
		WHEN b.open_until > to_timestamp(0) THEN 'circuit breaker half open' ELSE 'circuit breaker closed' END, b.place,
		b.failures || ' uploads in a row found it away or were not answered' || CASE WHEN b.prober = '' AND b.open_until > now()
			THEN '; the next try is at ' || to_char(b.open_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') ELSE '' END, 0
	FROM run.state AS s JOIN run.spec AS p ON p.hash = s.spec_hash
	JOIN run.place_breaker AS b ON b.place = convert_from(p.body, 'UTF8')::jsonb #>> '{bucket,url}'
	WHERE s.delivery_id = $1
	UNION ALL
	SELECT w.since, 'place', 'waits', 'scheduler', 'for ' || CASE WHEN w.what LIKE 'place:%' THEN 'the bucket at ' || substr(w.what, 7)
		|| ' to be back' ELSE 'a place under limits.tasks_in_flight of ' || replace(w.what, ':', ' ') END, 0
	FROM run.waiting AS w WHERE w.delivery_id = $1
) AS t
ORDER BY at, place, source, what;
