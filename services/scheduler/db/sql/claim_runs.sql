-- At most :limit due runs, with their routes' documents, locked until the transaction ends.
SELECT r.tenant, r.route, r.label, r.zone, r.fold, (extract(epoch FROM r.next_due) * 1000)::bigint AS due_ms, r.cadence_hash, d.body, d.hash,
	d.applied_by, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms
FROM run.route_due r JOIN conf.document d ON d.kind = 'Route' AND d.tenant = r.tenant AND d.name = r.route
WHERE r.next_due <= now() ORDER BY r.next_due LIMIT :limit::bigint FOR UPDATE OF r SKIP LOCKED
