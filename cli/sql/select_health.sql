-- $1 deliveries are overdue and outbox rows old after so many seconds -> overdue, its oldest's id and lateness (s), outbox rows
-- that are old, age of the oldest (s), statuses that the recorder lacks, dead letters of a week, the newest's service and reason, held
-- for a person or the world, under way.
SELECT o.n, coalesce(o.id, ''), coalesce(o.late, 0), b.n, coalesce(b.age, 0),
	(SELECT count(*) FROM run.state AS s LEFT JOIN run.delivery AS d USING (delivery_id) LEFT JOIN run.build AS u USING (delivery_id)
	WHERE s.changed_at BETWEEN now() - interval '7 days' AND now() - make_interval(secs => $1::float8)
		AND s.status_version > coalesce(d.version, u.version, 0)),
	(SELECT count(*) FROM audit.dead_letter WHERE at > now() - interval '7 days'),
	coalesce((SELECT service || ': ' || reason FROM audit.dead_letter ORDER BY at DESC LIMIT 1), ''),
	(SELECT count(*) FROM run.state WHERE state = 'held'),
	(SELECT count(*) FROM run.state WHERE state NOT IN ('held', 'completed', 'failed', 'rejected', 'cancelled', 'superseded'))
FROM (SELECT count(*) AS n, (min(ARRAY[to_char(s.due_at, 'YYYYMMDDHH24MISS'), delivery_id]))[2] AS id,
		extract(epoch FROM now() - min(s.due_at))::bigint AS late
	FROM run.live AS l JOIN run.state AS s USING (delivery_id)
	WHERE l.due_at < now() AND s.due_at < now() - make_interval(secs => $1::float8)) AS o,
	(SELECT count(*) AS n, extract(epoch FROM now() - min(stored_at))::bigint AS age
	FROM (SELECT stored_at FROM run.outbox UNION ALL SELECT stored_at FROM run.packet) AS stored
	WHERE stored_at < now() - make_interval(secs => $1::float8)) AS b;
