-- Of the deliveries whose :version was read last: those whose stored status is newer.
SELECT s.delivery_id FROM run.state s JOIN unnest(:id::text[], :version::bigint[]) AS n (id, version) ON s.delivery_id = n.id
WHERE s.status_version > n.version
