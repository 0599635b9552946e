-- Deliveries whose stored status is newer than :version, the last one that was read.
SELECT s.delivery_id FROM run.state s JOIN unnest(:id::text[], :version::bigint[]) AS n (id, version) ON s.delivery_id = n.id
WHERE s.status_version > n.version
