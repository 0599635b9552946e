-- The scheduler's current state of the delivery or build, with the version of its last status, and the hash of the selection (empty:
-- that status is not recorded yet).
SELECT s.delivery_id, s.tenant, s.route, s.state, s.reason, s.status_version, coalesce(d.content_hash, '') AS content_hash
FROM run.state AS s LEFT JOIN run.delivery AS d ON d.delivery_id = s.delivery_id AND d.version = s.status_version
WHERE s.delivery_id = :delivery;
