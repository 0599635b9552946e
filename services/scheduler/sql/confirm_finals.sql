-- Final statuses that were read back: $1 ids, $2 their versions.
UPDATE run.state s SET confirmed = true, due_at = NULL
FROM unnest($1::text[], $2::bigint[]) AS n (id, version)
WHERE s.delivery_id = n.id AND s.status_version = n.version AND NOT s.confirmed
	AND s.state IN ('completed', 'failed', 'rejected', 'cancelled', 'superseded')
