-- At least one row: the database's clock and timeline, with the deliveries that exist and what they wait for.
SELECT c.now_ms, c.timeline, s.delivery_id, s.kind, s.tenant, s.route, s.audience, s.destination, s.state, s.reason,
	s.revision, s.version, s.status_version, (extract(epoch FROM s.due_at) * 1000)::bigint AS due_ms,
	(extract(epoch FROM s.planned_at) * 1000)::bigint AS planned_ms,
	s.spec_hash, (extract(epoch FROM s.created_at) * 1000)::bigint AS created_ms,
	(extract(epoch FROM s.changed_at) * 1000)::bigint AS changed_ms,
	s.memory, s.status,
	w.what AS waits_for, (extract(epoch FROM w.since) * 1000)::bigint AS waits_since_ms, s.tasks_out, s.destination_tasks_out
FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms,
	('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint AS timeline) c
LEFT JOIN (run.state s LEFT JOIN run.waiting w ON w.delivery_id = s.delivery_id) ON s.delivery_id = ANY (:ids::text[])
