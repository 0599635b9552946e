-- Of $1 ids with the version $2 that was read last: those whose stored status is newer.
SELECT s.delivery_id FROM run.state s JOIN unnest($1::text[], $2::bigint[]) AS n (id, version) ON s.delivery_id = n.id
WHERE s.status_version > n.version
