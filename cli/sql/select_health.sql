-- Deliveries are overdue, and stored messages old, after :late_s seconds. unrecorded: statuses that the recorder has not stored. Dead
-- letters: those of the last week. held: waiting for a person or for an outside condition.
SELECT o.n AS overdue, coalesce(o.id, '') AS oldest, coalesce(o.late, 0) AS late_s, b.n AS stored, coalesce(b.age, 0) AS stored_s,
	(SELECT count(*) FROM run.state AS s LEFT JOIN run.delivery AS d USING (delivery_id) LEFT JOIN run.build AS u USING (delivery_id)
	WHERE s.changed_at BETWEEN now() - interval '7 days' AND now() - make_interval(secs => :late_s::float8)
		AND s.status_version > coalesce(d.version, u.version, 0)) AS unrecorded,
	(SELECT count(*) FROM audit.dead_letter WHERE at > now() - interval '7 days') AS dead_letters,
	coalesce((SELECT service || ': ' || reason FROM audit.dead_letter ORDER BY at DESC LIMIT 1), '') AS newest_letter,
	(SELECT count(*) FROM run.state WHERE state = 'held') AS held,
	(SELECT count(*) FROM run.state WHERE state NOT IN ('held', 'completed', 'failed', 'rejected', 'cancelled', 'superseded')) AS under_way
FROM (SELECT count(*) AS n, (min(ARRAY[to_char(s.due_at, 'YYYYMMDDHH24MISS'), delivery_id]))[2] AS id,
		extract(epoch FROM now() - min(s.due_at))::bigint AS late
	FROM run.live AS l JOIN run.state AS s USING (delivery_id)
	WHERE l.due_at < now() AND s.due_at < now() - make_interval(secs => :late_s::float8)) AS o,
	(SELECT count(*) AS n, extract(epoch FROM now() - min(stored_at))::bigint AS age
	FROM (SELECT stored_at FROM run.outbox UNION ALL SELECT stored_at FROM run.packet) AS stored
	WHERE stored_at < now() - make_interval(secs => :late_s::float8)) AS b;
