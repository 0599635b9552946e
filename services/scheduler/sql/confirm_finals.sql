-- Statuses that were read back, in order: $1 ids, $2 versions, $3 ms until an alarm. A final one that came back as it is stored is confirmed. Where an
-- older one came after it, what readers keep is not what is stored: it has its alarm again.
UPDATE run.state s SET confirmed = s.status_version = n.version,
	due_at = CASE WHEN s.status_version > n.version THEN clock_timestamp() + $3::bigint * interval '1 millisecond' END
FROM (SELECT DISTINCT ON (id) id, version FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS seen (id, version, place)
	ORDER BY id, place DESC) AS n
WHERE s.delivery_id = n.id AND s.state IN ('completed', 'failed', 'rejected', 'cancelled', 'superseded')
	AND CASE WHEN s.confirmed THEN s.status_version > n.version ELSE s.status_version = n.version END
